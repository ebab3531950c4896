/** SHA-3 by libsodium in WebAssembly. */
import type { Bytes } from "@coterie/bytes";
import type { Hash, Xof } from "libsodium-sumo";
import type { Keccak } from "../lattice/keccak.ts";
import type { Sodium } from "./sodium.ts";

/** SHA-3 of an instance. */
export function browserKeccak({ raw, withSlots }: Sodium): Keccak {
  const hashWith =
    (hash: Hash, lengthBytes: number): ((message: Uint8Array) => Bytes) =>
    (message) =>
      withSlots((slots) => {
        const output = slots.reserve(lengthBytes);
        hash(output, slots.put(message), message.length, 0);
        return slots.take(output, lengthBytes);
      });
  const streamWith =
    (xof: Xof): ((message: Uint8Array, lengthBytes: number) => Bytes) =>
    (message, lengthBytes) =>
      withSlots((slots) => {
        const output = slots.reserve(lengthBytes);
        xof(output, lengthBytes, slots.put(message), message.length, 0);
        return slots.take(output, lengthBytes);
      });
  return {
    hash256: hashWith(raw._crypto_hash_sha3256, 32),
    hash512: hashWith(raw._crypto_hash_sha3512, 64),
    shake128: streamWith(raw._crypto_xof_shake128),
    shake256: streamWith(raw._crypto_xof_shake256),
  };
}
