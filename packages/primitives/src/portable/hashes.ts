/** Hashes and HMAC by @noble/hashes. */
import { toBytes } from "@coterie/bytes";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { createHashes, type Hashes } from "../borders/hashes.ts";

export const portableHashes: Hashes = createHashes({
  sha256: (message) => toBytes(sha256(message)),
  sha512: (message) => toBytes(sha512(message)),
  hmacSha256: (key, message) => toBytes(hmac(sha256, key, message)),
  hmacSha512: (key, message) => toBytes(hmac(sha512, key, message)),
});
