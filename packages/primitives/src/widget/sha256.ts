/** SHA-256 of the widget: the audited library's, here so that what it costs the bundle is in one place. */
import type { Bytes } from "@coterie/bytes";
import { sha256 as hash } from "@noble/hashes/sha2.js";
import { ownBytes } from "../portable/own-bytes.ts";

/** 32 bytes. */
export function sha256(message: Uint8Array): Bytes {
  return ownBytes(hash(message));
}
