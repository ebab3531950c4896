/** One instance of libsodium with its slots: what the parts of the browser backend share. */
import instantiate, { type LibsodiumModule } from "libsodium-sumo";
import type { RandomSource } from "../types.ts";
import { createSlots, type WithSlots } from "./slots.ts";

/** An instance and its memory. */
export interface Sodium {
  readonly raw: LibsodiumModule;
  readonly withSlots: WithSlots;
}

/**
 * A fresh instance with memory of its own. libsodium draws from `random` when it starts; nothing that this package calls
 * draws from it later.
 */
export async function loadSodium(random: RandomSource): Promise<Sodium> {
  const raw = await instantiate({ getRandomValue: () => randomWord(random) });
  if (raw._sodium_init() < 0) throw new Error("libsodium did not start");
  return { raw, withSlots: createSlots(raw) };
}

function randomWord(random: RandomSource): number {
  const word = new Uint8Array(4);
  random.fill(word);
  return new DataView(word.buffer).getUint32(0);
}
