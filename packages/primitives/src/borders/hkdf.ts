/** HKDF (RFC 5869) over a backend's HMAC: short enough to be read, and the same on every backend. */
import type { Bytes } from "@coterie/bytes";
import { requireWithin } from "./checks.ts";
import type { HkdfInput } from "../types.ts";

/** A backend's HMAC and the length of its output. */
export interface HkdfHash {
  readonly hmac: (key: Uint8Array, message: Uint8Array) => Bytes;
  readonly hashLengthBytes: 32 | 64;
}

/** HKDF with one hash. Throws InvalidParameterError where the length is not 1 to 255 hashes. */
export function createHkdf({ hmac, hashLengthBytes }: HkdfHash): (input: HkdfInput) => Bytes {
  const lengthRule = { what: "the length of an HKDF output", least: 1, most: 255 * hashLengthBytes };
  return ({ secret, salt, info, lengthBytes }) => {
    requireWithin(lengthBytes, lengthRule);
    // An empty salt and hashLengthBytes zeros are one HMAC key (§2.2), since HMAC pads its key with zeros.
    const pseudoRandomKey = hmac(salt, secret);
    // T(n - 1) || info || n (§2.3); the first round has no T(0) and starts behind it.
    const block = new Uint8Array(hashLengthBytes + info.length + 1);
    block.set(info, hashLengthBytes);
    const output = new Uint8Array(lengthBytes);
    for (let done = 0, round = 1; done < lengthBytes; done += hashLengthBytes, round++) {
      block[block.length - 1] = round;
      const next = hmac(pseudoRandomKey, round === 1 ? block.subarray(hashLengthBytes) : block);
      output.set(next.subarray(0, Math.min(hashLengthBytes, lengthBytes - done)), done);
      block.set(next);
      next.fill(0);
    }
    pseudoRandomKey.fill(0);
    block.fill(0);
    return output;
  };
}
