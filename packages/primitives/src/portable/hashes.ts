/** Hashes and HMAC by @noble/hashes. */
import { toBytes } from "@coterie/bytes";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { createHkdf } from "../hkdf.ts";
import type { Primitives } from "../types.ts";

type Hashes = Pick<Primitives, "sha256" | "sha512" | "hmacSha256" | "hmacSha512" | "hkdfSha256" | "hkdfSha512">;

const hmacSha256: Hashes["hmacSha256"] = (key, message) => toBytes(hmac(sha256, key, message));
const hmacSha512: Hashes["hmacSha512"] = (key, message) => toBytes(hmac(sha512, key, message));

export const portableHashes: Hashes = {
  sha256: (message) => toBytes(sha256(message)),
  sha512: (message) => toBytes(sha512(message)),
  hmacSha256,
  hmacSha512,
  hkdfSha256: createHkdf({ hmac: hmacSha256, hashLengthBytes: 32 }),
  hkdfSha512: createHkdf({ hmac: hmacSha512, hashLengthBytes: 64 }),
};
