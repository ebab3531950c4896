/** Log ids: the fingerprint of a whole log, which survives every rotation (docs/protocol/key-log.md §3). */
import { type Bytes, decodeTextForm, encodeTextForm } from "@coterie/bytes";
import { type KeyId, parseKeyId } from "@coterie/primitives";

declare const logId: unique symbol;

/** The text form "clog1…" of a log id, in lower case. */
export type LogId = string & { readonly [logId]: true };

/** What an embed snippet names: a log, so that keys may rotate, or one key. */
export type KeyLogPin = LogId | KeyId;

const logIdLengthBytes = 20;

/** The id of the log that begins with the entry of this hash (32 bytes). */
export function logIdOf(genesisHash: Uint8Array): LogId {
  return logIdFromBytes(genesisHash.subarray(0, logIdLengthBytes));
}

/** The log id of these 20 bytes. */
export function logIdFromBytes(bytes: Uint8Array): LogId {
  // brand: every caller hands in 20 bytes, and `parseLogId` accepts no other text form
  return encodeTextForm("clog", bytes) as LogId;
}

/** The 20 bytes behind a log id. */
export function logIdBytes(id: LogId): Bytes {
  return decodeTextForm("clog", id, { lengthBytes: logIdLengthBytes });
}

/**
 * The log id in text from outside.
 * @throws MalformedTextError where it is mistyped or something else
 */
export function parseLogId(text: string): LogId {
  return logIdFromBytes(decodeTextForm("clog", text, { lengthBytes: logIdLengthBytes }));
}

/**
 * A pin in text from outside: "clog1…" or "ckey1…".
 * @throws MalformedTextError where it is mistyped or neither
 */
export function parseKeyLogPin(text: string): KeyLogPin {
  return /^\s*ckey1/i.test(text) ? parseKeyId(text) : parseLogId(text);
}
