/** The randomness of the operating system, through the one function that browsers and Node share. */
import type { Bytes } from "@coterie/bytes";
import type { RandomSource } from "../types.ts";

// Declared here so that the package needs no DOM types.
declare const crypto: { readonly getRandomValues: (target: Bytes) => Bytes };

/** The most that `getRandomValues` gives in one call. */
const largestDrawBytes = 65_536;

/** Unpredictable bytes from the operating system. */
export const systemRandom: RandomSource = {
  fill(target) {
    for (let offset = 0; offset < target.length; offset += largestDrawBytes) {
      crypto.getRandomValues(target.subarray(offset, offset + largestDrawBytes));
    }
  },
};
