/** Argon2id by libsodium in WebAssembly. */
import type { Bytes } from "@coterie/bytes";
import { createArgon2id } from "../borders/passwords.ts";
import type { Argon2idInput } from "../types.ts";
import { wipeFreed } from "./slots.ts";
import type { Sodium } from "./sodium.ts";

/** Argon2id of an instance. Its memory grows to what the largest call asked for, and stays so. */
export function browserArgon2id({ raw, withSlots }: Sodium): (input: Argon2idInput) => Bytes {
  return createArgon2id(({ passphrase, salt, memoryKiB, passes, lengthBytes }) => {
    const memoryBytes = memoryKiB * 1024;
    const output = withSlots((slots) => {
      const pointer = slots.reserve(lengthBytes);
      const status = raw._crypto_pwhash(
        pointer,
        lengthBytes,
        0,
        slots.put(passphrase),
        passphrase.length,
        0,
        slots.put(salt),
        passes,
        0,
        memoryBytes,
        raw._crypto_pwhash_alg_argon2id13(),
      );
      return status === 0 ? slots.take(pointer, lengthBytes) : undefined;
    });
    // The blocks of Argon2id lead to its output: libsodium frees them as they are. It also frees a list of addresses
    // with 8 bytes for each block of a quarter of the memory, and what both are rounded up by.
    wipeFreed(raw, memoryBytes + memoryKiB * 2 + 4096);
    if (output === undefined) throw new RangeError("not enough memory for Argon2id");
    return output;
  });
}
