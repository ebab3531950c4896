/** Hashes, HMAC and what follows from them. Any length of key and message is allowed, so that there is no check here. */
import type { Primitives } from "../types.ts";
import { createHkdf } from "./hkdf.ts";

/** What a backend supplies. */
export type HashFunctions = Pick<Primitives, "sha256" | "sha512" | "hmacSha256" | "hmacSha512">;

/** The part of {@link Primitives} that is built on SHA-2. */
export type Hashes = HashFunctions & Pick<Primitives, "hkdfSha256" | "hkdfSha512">;

/** A backend's hashes with HKDF added. */
export function createHashes(functions: HashFunctions): Hashes {
  return {
    ...functions,
    hkdfSha256: createHkdf({ hmac: functions.hmacSha256, hashLengthBytes: 32 }),
    hkdfSha512: createHkdf({ hmac: functions.hmacSha512, hashLengthBytes: 64 }),
  };
}
