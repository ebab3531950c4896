/** The bytes of an encrypted field (docs/protocol/vault.md §3). */
import { type Bytes, concatBytes, encodeHex } from "@coterie/bytes";
import { MalformedFieldError } from "../errors.ts";
import { paddedLength } from "./padding.ts";
import type { FieldKeyId } from "./key-id.ts";

/** The one version and suite: HKDF-SHA256, XChaCha20-Poly1305. Chosen by nobody but this code. */
const version = 1;
const suite = 1;

const offsets = { keyId: 2, nonce: 18, commitment: 42, body: 74 } as const;
const tagLengthBytes = 16;

/** 164 bytes: the least that a field of any content has. */
const shortestFieldBytes = offsets.body + paddedLength(0) + tagLengthBytes;

/** The parts, as views on the input. */
export interface FieldParts {
  /** Bytes 0 to 73: everything that is not encrypted; associated data. */
  readonly open: Uint8Array;
  /** 16 bytes. */
  readonly keyId: Uint8Array;
  /** 24 bytes. */
  readonly nonce: Uint8Array;
  /** 32 bytes. */
  readonly commitment: Uint8Array;
  /** Padded content and tag. */
  readonly body: Uint8Array;
}

/** The 74 bytes in front of the encrypted part. */
export function encodeFieldOpenPart({
  keyId,
  nonce,
  commitment,
}: Pick<FieldParts, "keyId" | "nonce" | "commitment">): Bytes {
  return concatBytes(Uint8Array.of(version, suite), keyId, nonce, commitment);
}

/** Splits a field. Throws MalformedFieldError on another version or suite, or fewer bytes than any field has. */
export function decodeField(field: Uint8Array): FieldParts {
  if (field.length < shortestFieldBytes || field[0] !== version || field[1] !== suite) throw new MalformedFieldError();
  return {
    open: field.subarray(0, offsets.body),
    keyId: field.subarray(offsets.keyId, offsets.nonce),
    nonce: field.subarray(offsets.nonce, offsets.commitment),
    commitment: field.subarray(offsets.commitment, offsets.body),
    body: field.subarray(offsets.body),
  };
}

/**
 * Under which key a field is encrypted, for reports. It is public and says nothing about whether the field is authentic.
 * A database finds it at bytes 2 to 17: in SQL `encode(substring(field from 3 for 16), 'hex')`.
 * @throws MalformedFieldError
 */
export function readFieldKeyId(field: Uint8Array): FieldKeyId {
  // brand: the 16 bytes where a field's key id stands
  return encodeHex(decodeField(field).keyId) as FieldKeyId;
}
