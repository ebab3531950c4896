/** Something that carries messages and spoils them, for tests: seeded, with a journal. */
import type { Chance } from "../../chance.ts";
import { oplogLimits } from "../../limits.ts";
import type { RelayTransport } from "../remote-relay.ts";
import type { Journal } from "./journal.ts";
import { noise } from "./spoil-blocks.ts";

/** What is done to answers, each so often, from 0 to 1. */
export interface FrameRates {
  /** Random bytes. */
  readonly garbage?: number;
  /** The end is missing. */
  readonly cut?: number;
  /** Bits are flipped. */
  readonly flip?: number;
  /** The answer to an earlier question. */
  readonly mixUp?: number;
  /** Longer than any message may be. */
  readonly huge?: number;
}

/** Carries messages over `transport`, and spoils answers; news are spoilt into garbage. */
export function createHostileTransport(
  { chance, journal }: { readonly chance: Chance; readonly journal: Journal },
  { id, transport, rates }: { readonly id: string; readonly transport: RelayTransport; readonly rates: FrameRates },
): RelayTransport {
  const earlier: Uint8Array[] = [];
  const does = (what: keyof FrameRates): boolean => {
    if (chance() >= (rates[what] ?? 0)) return false;
    journal.note(id, `${what} frame`);
    return true;
  };
  const spoil = (answer: Uint8Array): Uint8Array => {
    const old = earlier[chance(Math.max(1, earlier.length))];
    earlier.push(answer);
    if (earlier.length > 16) earlier.shift();
    if (does("garbage")) return noise(chance);
    if (does("huge")) return new Uint8Array(oplogLimits.messageBytes + 1);
    if (old !== undefined && does("mixUp")) return old;
    if (does("cut")) return answer.slice(0, chance(answer.length));
    if (!does("flip")) return answer;
    const flipped = answer.slice();
    const at = chance(flipped.length);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << chance(8));
    return flipped;
  };
  return {
    request: async (message, options) => spoil(await transport.request(message, options)),
    onPush: (listener) => transport.onPush((message) => listener(does("garbage") ? noise(chance) : message)),
  };
}
