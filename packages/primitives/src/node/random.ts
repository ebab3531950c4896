/** The randomness of the operating system. */
import { randomFillSync } from "node:crypto";
import sodium from "sodium-native";
import type { RandomSource } from "../types.ts";

/** libsodium asks the system for as much at a time: for keys and nonces that is faster than a job of node:crypto. */
const shortDrawBytes = 256;

/** Unpredictable bytes from the operating system. */
export const systemRandom: RandomSource = {
  fill: (target) => {
    if (target.length > shortDrawBytes) randomFillSync(target);
    else if (target.length > 0) sodium.randombytes_buf(target);
  },
};
