/** One instance of libsodium with its slots: what the parts of the browser backend share. */
import instantiate, { type LibsodiumModule } from "libsodium-sumo";
import { createSlots, type WithSlots } from "./slots.ts";
import { systemRandom } from "./random.ts";

/** An instance and its memory. */
export interface Sodium {
  readonly raw: LibsodiumModule;
  readonly withSlots: WithSlots;
}

/** A fresh instance with memory of its own. */
export async function loadSodium(): Promise<Sodium> {
  const raw = await instantiate({ getRandomValue: randomWord });
  if (raw._sodium_init() < 0) throw new Error("libsodium did not start");
  return { raw, withSlots: createSlots(raw) };
}

// libsodium asks at its start; nothing that this package calls draws from it later.
function randomWord(): number {
  const word = new Uint8Array(4);
  systemRandom.fill(word);
  return new DataView(word.buffer).getUint32(0);
}
