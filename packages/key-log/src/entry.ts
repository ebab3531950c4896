/** Entries of a key log as bytes (docs/protocol/key-log.md §4). Decoding says what an entry is, not whether it holds. */
import {
  type Bytes,
  copyBytes,
  decodeTextForm,
  encodeFields,
  encodeTextForm,
  FieldReader,
  FieldWriter,
  MalformedBytesError,
} from "@coterie/bytes";
import { type KeyId, keyIdBytes, parseKeyId, type Primitives } from "@coterie/primitives";
import { KeyLogMalformedError, KeyLogTooLargeError, KeyLogUnknownVersionError } from "./errors.ts";
import { keyLogLabels } from "./labels.ts";
import { keyLogLimits } from "./limits.ts";

/** What an entry changes. Keys are 32 bytes, times are milliseconds since 1970. */
export type KeyLogChange =
  | { readonly kind: "genesis"; readonly authority: Bytes }
  | {
      readonly kind: "activate";
      readonly publicKey: Bytes;
      readonly validFromMs: number;
      readonly validUntilMs: number;
    }
  | { readonly kind: "retire"; readonly keyId: KeyId; readonly graceUntilMs: number }
  | { readonly kind: "revoke"; readonly keyId: KeyId; readonly sinceMs: number }
  | { readonly kind: "authority"; readonly authority: Bytes };

/** What is signed. */
export interface KeyLogEntry {
  /** "corg1…". */
  readonly organisation: string;
  /** 0 for the first entry. */
  readonly seq: number;
  /** The hash of the entry before; 32 zeros in the first. */
  readonly previous: Bytes;
  readonly change: KeyLogChange;
  readonly createdAtMs: number;
}

/** A decoded entry with what its verification needs. Nothing here was verified yet. */
export interface SignedKeyLogEntry extends KeyLogEntry {
  /** The whole entry, as it is stored and sent. */
  readonly encoded: Bytes;
  /** The signed bytes. */
  readonly body: Bytes;
  /** SHA-256 of `body`, 32 bytes. Signatures are outside of it, so that nobody makes a second history by signing again. */
  readonly hash: Bytes;
  /** Ed25519 by the key authority, 64 bytes. */
  readonly signature: Bytes;
  /** By the new authority over {@link counterSignedBytes}, 64 bytes; in entries of kind "authority" alone. */
  readonly counterSignature: Bytes | undefined;
}

/**
 * The bytes that the key authority signs.
 * @throws MalformedTextError on an organisation id that is mistyped or of another kind
 * @throws KeyLogMalformedError on times and lengths that an entry cannot hold
 */
export function encodeEntryBody({ organisation, seq, previous, change, createdAtMs }: KeyLogEntry): Bytes {
  const writer = new FieldWriter()
    .text(keyLogLabels.entry)
    .bytes(decodeTextForm("corg", organisation, { lengthBytes: 16 }))
    .number(seq)
    .bytes(ofLength(previous, 32))
    .text(change.kind);
  switch (change.kind) {
    case "genesis":
    case "authority":
      writer.bytes(ofLength(change.authority, 32));
      break;
    case "activate":
      writer.bytes(ofLength(change.publicKey, 32)).number(time(change.validFromMs)).number(time(change.validUntilMs));
      break;
    case "retire":
      writer.bytes(keyIdBytes(change.keyId)).number(time(change.graceUntilMs));
      break;
    case "revoke":
      writer.bytes(keyIdBytes(change.keyId)).number(time(change.sinceMs));
      break;
  }
  return writer.number(time(createdAtMs)).finish();
}

/** The bytes that a new key authority signs, to show that its key is at hand. */
export function counterSignedBytes(body: Bytes): Bytes {
  return encodeFields(keyLogLabels.counterSignature, body);
}

/** Body and signatures as they are stored and sent. */
export function encodeSignedEntry(body: Bytes, signatures: readonly Bytes[]): Bytes {
  return encodeFields(body, ...signatures);
}

/**
 * What an entry says, for showing it; it was not verified.
 * @throws KeyLogTooLargeError, KeyLogMalformedError, KeyLogUnknownVersionError
 */
export function decodeKeyLogEntry({ sha256 }: Pick<Primitives, "sha256">, encoded: Uint8Array): SignedKeyLogEntry {
  if (encoded.length > keyLogLimits.entryLengthBytes) throw new KeyLogTooLargeError("an entry is too long");
  return strictly(encoded, (reader) => {
    const body = reader.bytes();
    const entry = strictly(body, readBody);
    const signature = ofLength(reader.bytes(), 64);
    const counterSignature = entry.change.kind === "authority" ? ofLength(reader.bytes(), 64) : undefined;
    return { ...entry, encoded: copyBytes(encoded), body, hash: sha256(body), signature, counterSignature };
  });
}

/** Reads all of `bytes`, and gives this package's error for bytes that are not fields. */
export function strictly<Result>(bytes: Uint8Array, read: (reader: FieldReader) => Result): Result {
  const reader = new FieldReader(bytes);
  try {
    const result = read(reader);
    reader.end();
    return result;
  } catch (error) {
    if (error instanceof MalformedBytesError) throw new KeyLogMalformedError("the bytes do not follow their format");
    throw error;
  }
}

/** `bytes` where they have the length. */
export function ofLength(bytes: Bytes, lengthBytes: number): Bytes {
  if (bytes.length !== lengthBytes) throw new KeyLogMalformedError("a field has another length");
  return bytes;
}

function readBody(reader: FieldReader): KeyLogEntry {
  if (reader.text() !== keyLogLabels.entry) throw new KeyLogUnknownVersionError();
  const organisation = encodeTextForm("corg", ofLength(reader.bytes(), 16));
  const seq = reader.number();
  const previous = ofLength(reader.bytes(), 32);
  const change = readChange(reader);
  return { organisation, seq, previous, change, createdAtMs: time(reader.number()) };
}

function readChange(reader: FieldReader): KeyLogChange {
  const kind = reader.text();
  switch (kind) {
    case "genesis":
    case "authority":
      return { kind, authority: ofLength(reader.bytes(), 32) };
    case "activate": {
      const publicKey = ofLength(reader.bytes(), 32);
      const validFromMs = time(reader.number());
      return { kind, publicKey, validFromMs, validUntilMs: time(reader.number()) };
    }
    case "retire":
      return { kind, keyId: readKeyId(reader), graceUntilMs: time(reader.number()) };
    case "revoke":
      return { kind, keyId: readKeyId(reader), sinceMs: time(reader.number()) };
    default:
      throw new KeyLogUnknownVersionError();
  }
}

function readKeyId(reader: FieldReader): KeyId {
  return parseKeyId(encodeTextForm("ckey", ofLength(reader.bytes(), 20)));
}

function time(ms: number): number {
  if (!Number.isSafeInteger(ms) || ms < 0 || ms > keyLogLimits.latestTimeMs)
    throw new KeyLogMalformedError("a time is a whole number of milliseconds since 1970");
  return ms;
}
