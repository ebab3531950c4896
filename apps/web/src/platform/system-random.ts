/** The browser's randomness, without the cryptography that only the workers load. */
import type { RandomSource } from "@coterie/primitives";

/** Unpredictable bytes; at most 65,536 at once, far more than the page itself draws. */
export const systemRandom: RandomSource = {
  fill(target) {
    crypto.getRandomValues(target);
  },
};
