/** SHA-2 by node:crypto, HMAC by node:crypto and libsodium. */
import { createHmac, createSecretKey, hash } from "node:crypto";
import type { Bytes } from "@coterie/bytes";
import sodium from "sodium-native";
import { createHashes, type Hashes } from "../borders/hashes.ts";
import { plainBytes } from "./plain-bytes.ts";

/** Up to here, hashing twice is faster than the objects that node:crypto makes of a key and of an HMAC. */
const shortMessageBytes = 2048;
/** Up to here, libsodium's SHA-256, which writes in place, is faster than OpenSSL's, which makes a buffer. */
const shortHashBytes = 256;
const hashLengthBytes = 32;
const blockLengthBytes = 64;
const innerPad = 0x36;
const outerPad = 0x5c;

const hmacOfShort = createShortHmac();

export const nodeHashes: Hashes = createHashes({
  sha256: digestOf,
  sha512: (message) => plainBytes(hash("sha512", message, "buffer")),
  hmacSha256: (key, message) =>
    key.length > blockLengthBytes || message.length > shortMessageBytes
      ? hmac("sha256", key, message)
      : hmacOfShort(key, message),
  hmacSha512: (key, message) => hmac("sha512", key, message),
});

/**
 * By way of text, which takes a third of the time that a buffer takes, and no memory outside of the heap. A text cannot be wiped: here it is a
 * bare digest, which is no key; what is derived from secrets goes through HMAC.
 */
function digestOf(message: Uint8Array): Bytes {
  const text = hash("sha256", message, "binary");
  const digest = new Uint8Array(hashLengthBytes);
  for (let i = 0; i < hashLengthBytes; i++) digest[i] = text.charCodeAt(i);
  return digest;
}

// A key object, since Node 24 spends four times longer on importing a raw array.
function hmac(hashName: "sha256" | "sha512", key: Uint8Array, message: Uint8Array): Bytes {
  return plainBytes(createHmac(hashName, createSecretKey(key)).update(message).digest());
}

/**
 * RFC 2104 §2 over SHA-256, for keys of at most a block: H((key ^ opad) || H((key ^ ipad) || message)). Both inputs are written to
 * memory that is used again and wiped after each call: to allocate it anew would take longer than the hashes do.
 */
function createShortHmac(): (key: Uint8Array, message: Uint8Array) => Bytes {
  const inner = new Uint8Array(blockLengthBytes + shortMessageBytes);
  const outer = new Uint8Array(blockLengthBytes + hashLengthBytes);
  const digest = new Uint8Array(hashLengthBytes);
  return (key, message) => {
    const innerInput = inner.subarray(0, blockLengthBytes + message.length);
    innerInput.fill(innerPad, 0, blockLengthBytes);
    outer.fill(outerPad, 0, blockLengthBytes);
    for (let i = 0; i < key.length; i++) {
      const byte = key[i] ?? 0;
      innerInput[i] = byte ^ innerPad;
      outer[i] = byte ^ outerPad;
    }
    innerInput.set(message, blockLengthBytes);
    hashInto(digest, innerInput);
    outer.set(digest, blockLengthBytes);
    sodium.crypto_hash_sha256(digest, outer);
    innerInput.fill(0);
    outer.fill(0);
    const result = digest.slice();
    digest.fill(0);
    return result;
  };
}

function hashInto(digest: Bytes, message: Uint8Array): void {
  if (message.length <= shortHashBytes) {
    sodium.crypto_hash_sha256(digest, message);
    return;
  }
  const hashed = hash("sha256", message, "buffer");
  digest.set(hashed);
  hashed.fill(0);
}
