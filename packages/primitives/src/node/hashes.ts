/** SHA-2 and HMAC by node:crypto. */
import { createHmac, createSecretKey, hash } from "node:crypto";
import type { Bytes } from "@coterie/bytes";
import { createHashes, type Hashes } from "../borders/hashes.ts";
import { plainBytes } from "./plain-bytes.ts";

export const nodeHashes: Hashes = createHashes({
  sha256: (message) => plainBytes(hash("sha256", message, "buffer")),
  sha512: (message) => plainBytes(hash("sha512", message, "buffer")),
  hmacSha256: (key, message) => hmac("sha256", key, message),
  hmacSha512: (key, message) => hmac("sha512", key, message),
});

// A key object, since Node 24 spends four times longer on importing a raw array.
function hmac(hashName: "sha256" | "sha512", key: Uint8Array, message: Uint8Array): Bytes {
  return plainBytes(createHmac(hashName, createSecretKey(key)).update(message).digest());
}
