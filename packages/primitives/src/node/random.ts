/** The randomness of the operating system. */
import { randomFillSync } from "node:crypto";
import type { RandomSource } from "../types.ts";

/** Unpredictable bytes from the operating system. */
export const systemRandom: RandomSource = {
  fill: (target) => {
    randomFillSync(target);
  },
};
