/** SHA-2 and HMAC by libsodium in WebAssembly. */
import type { Bytes } from "@coterie/bytes";
import type { Hash, HmacFinal, HmacInit, HmacUpdate } from "libsodium-sumo";
import { createHashes, type Hashes } from "../borders/hashes.ts";
import type { Sodium } from "./sodium.ts";

/** The hashes of an instance. */
export function browserHashes(sodium: Sodium): Hashes {
  const { raw } = sodium;
  const hmac256: HmacCalls = {
    lengthBytes: 32,
    stateLengthBytes: raw._crypto_auth_hmacsha256_statebytes(),
    init: raw._crypto_auth_hmacsha256_init,
    update: raw._crypto_auth_hmacsha256_update,
    final: raw._crypto_auth_hmacsha256_final,
  };
  const hmac512: HmacCalls = {
    lengthBytes: 64,
    stateLengthBytes: raw._crypto_auth_hmacsha512_statebytes(),
    init: raw._crypto_auth_hmacsha512_init,
    update: raw._crypto_auth_hmacsha512_update,
    final: raw._crypto_auth_hmacsha512_final,
  };
  return createHashes({
    sha256: hashWith(sodium, { hash: raw._crypto_hash_sha256, lengthBytes: 32 }),
    sha512: hashWith(sodium, { hash: raw._crypto_hash_sha512, lengthBytes: 64 }),
    hmacSha256: hmacWith(sodium, hmac256),
    hmacSha512: hmacWith(sodium, hmac512),
  });
}

interface HmacCalls {
  readonly lengthBytes: number;
  readonly stateLengthBytes: number;
  readonly init: HmacInit;
  readonly update: HmacUpdate;
  readonly final: HmacFinal;
}

function hashWith(
  { withSlots }: Sodium,
  { hash, lengthBytes }: { readonly hash: Hash; readonly lengthBytes: number },
): (message: Uint8Array) => Bytes {
  return (message) =>
    withSlots((slots) => {
      const output = slots.reserve(lengthBytes);
      hash(output, slots.put(message), message.length, 0);
      return slots.take(output, lengthBytes);
    });
}

function hmacWith({ withSlots }: Sodium, calls: HmacCalls): (key: Uint8Array, message: Uint8Array) => Bytes {
  return (key, message) =>
    withSlots((slots) => {
      const state = slots.reserve(calls.stateLengthBytes);
      const output = slots.reserve(calls.lengthBytes);
      calls.init(state, slots.put(key), key.length);
      calls.update(state, slots.put(message), message.length, 0);
      calls.final(state, output);
      return slots.take(output, calls.lengthBytes);
    });
}
