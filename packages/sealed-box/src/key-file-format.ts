/** The one form of a key file (docs/protocol/actions.md §9), checked whole before anything is derived from it. */
import { type Bytes, decodeBase64Url, encodeFields, MalformedTextError } from "@coterie/bytes";
import { KeyFileParametersError, MalformedKeyFileError } from "./key-file-errors.ts";
import { type KeyId, keyIdBytes } from "./key-id.ts";
import { fieldLabels } from "./labels.ts";
import { keyFileLimits } from "./limits.ts";

/** How the key of a key file is derived from its passphrase. */
export interface KeyFileKdf {
  readonly name: "argon2id";
  readonly memoryKiB: number;
  readonly passes: number;
  /** 16 bytes in base64url. */
  readonly salt: string;
}

/** A key file as it is written: bytes in base64url. `createdAt` and `comment` describe it and are not authenticated. */
export interface KeyFile extends WrappedKeyMembers {
  readonly format: "coterie/organisation-key";
  readonly version: 1;
  readonly keyId: KeyId;
}

/** The file of a key authority's Ed25519 key (docs/protocol/key-log.md §12): the same members, without a key id. */
export interface KeyAuthorityFile extends WrappedKeyMembers {
  readonly format: "coterie/key-authority";
  readonly version: 1;
}

/** What all kinds of key files hold. */
export interface WrappedKeyMembers {
  readonly public: string;
  /** ISO 8601 in UTC with milliseconds. */
  readonly createdAt: string;
  /** At most 200 characters. */
  readonly comment: string;
  readonly kdf: KeyFileKdf;
  readonly nonce: string;
  readonly commitment: string;
  readonly wrapped: string;
}

/** The bytes of a key file, all of checked lengths. */
export interface KeyFileBytes extends WrappedKeyBytes {
  readonly publicKeyId: Bytes;
}

/** The bytes that all kinds of key files hold. */
export interface WrappedKeyBytes {
  readonly publicKey: Bytes;
  readonly memoryKiB: number;
  readonly passes: number;
  readonly salt: Bytes;
  readonly nonce: Bytes;
  readonly commitment: Bytes;
  readonly wrapped: Bytes;
}

/** The text of a key file, one member a line, to be written to disk. */
export function encodeKeyFile(file: KeyFile): string {
  return `${JSON.stringify(orderedMembers(file), null, 2)}\n`;
}

/**
 * The key file in text from outside. White space between members is free; the members themselves, their order and their
 * spelling are not.
 * @throws MalformedKeyFileError, KeyFileParametersError
 */
export function parseKeyFile(text: string): KeyFile {
  if (text.length > keyFileLimits.fileCharacters) throw new MalformedKeyFileError("the key file is too long");
  const value = parseJson(text);
  if (!isKeyFile(value)) throw new MalformedKeyFileError("not an organisation key file of version 1");
  // Repeated and unknown members, another order or spelling: all of them change the text without its white space.
  if (withoutWhiteSpace(text) !== JSON.stringify(orderedMembers(value)))
    throw new MalformedKeyFileError("members of the key file are repeated, unknown or out of order");
  decodeKeyFile(value);
  return value;
}

/**
 * The key authority's file in text from outside, as strictly as {@link parseKeyFile}.
 * @throws MalformedKeyFileError, KeyFileParametersError
 */
export function parseKeyAuthorityFile(text: string): KeyAuthorityFile {
  if (text.length > keyFileLimits.fileCharacters) throw new MalformedKeyFileError("the key file is too long");
  const value = parseJson(text);
  if (!isKeyAuthorityFile(value)) throw new MalformedKeyFileError("not a key authority file of version 1");
  if (withoutWhiteSpace(text) !== JSON.stringify(orderedAuthorityMembers(value)))
    throw new MalformedKeyFileError("members of the key file are repeated, unknown or out of order");
  decodeWrappedKey(value);
  return value;
}

/** The text of a key authority's file, to be written to disk. */
export function encodeKeyAuthorityFile(file: KeyAuthorityFile): string {
  return `${JSON.stringify(orderedAuthorityMembers(file), null, 2)}\n`;
}

/** The bytes of `file`. Throws MalformedKeyFileError, KeyFileParametersError. */
export function decodeKeyFile(file: KeyFile): KeyFileBytes {
  const bytes = decodeWrappedKey(file);
  return { ...bytes, publicKeyId: wellFormed(() => keyIdBytes(file.keyId)) };
}

/** The bytes that all kinds of key files hold. Throws MalformedKeyFileError, KeyFileParametersError. */
export function decodeWrappedKey(file: WrappedKeyMembers): WrappedKeyBytes {
  checkParameters(file.kdf);
  const { memoryKiB, passes } = file.kdf;
  return wellFormed(() => ({
    publicKey: decodeOf(file.public, 32),
    memoryKiB,
    passes,
    salt: decodeOf(file.kdf.salt, 16),
    nonce: decodeOf(file.nonce, 24),
    commitment: decodeOf(file.commitment, 32),
    wrapped: decodeOf(file.wrapped, 48),
  }));
}

function wellFormed<Result>(decode: () => Result): Result {
  try {
    return decode();
  } catch (error) {
    if (error instanceof MalformedTextError)
      throw new MalformedKeyFileError("a value of the key file has another form");
    throw error;
  }
}

/** Throws KeyFileParametersError below the floor or above the ceiling: before anything is derived. */
export function checkParameters({ memoryKiB, passes }: { readonly memoryKiB: number; readonly passes: number }): void {
  const within = (value: number, { least, most }: { readonly least: number; readonly most: number }): boolean =>
    Number.isSafeInteger(value) && value >= least && value <= most;
  if (!within(memoryKiB, keyFileLimits.memoryKiB) || !within(passes, keyFileLimits.passes))
    throw new KeyFileParametersError();
}

/** The labels of one kind of key file: bytes of one kind never open as another. */
export interface KeyFileLabels {
  readonly associatedData: string;
  readonly commitment: string;
}

/** The labels of every kind. */
export const keyFileLabels: { readonly organisation: KeyFileLabels; readonly authority: KeyFileLabels } = {
  organisation: { associatedData: fieldLabels.keyFile, commitment: fieldLabels.keyFileCommitment },
  authority: { associatedData: fieldLabels.keyAuthorityFile, commitment: fieldLabels.keyAuthorityFileCommitment },
};

/** Associated data of the wrapped key. */
export function keyFileAssociatedData(labels: KeyFileLabels, file: Omit<WrappedKeyBytes, "wrapped">): Bytes {
  const { publicKey, memoryKiB, passes, salt, nonce, commitment } = file;
  return encodeFields(labels.associatedData, publicKey, memoryKiB, passes, salt, nonce, commitment);
}

function orderedMembers(file: KeyFile): KeyFile {
  const { format, version, keyId } = file;
  return { format, version, keyId, ...orderedWrapping(file) };
}

function orderedAuthorityMembers(file: KeyAuthorityFile): KeyAuthorityFile {
  const { format, version } = file;
  return { format, version, ...orderedWrapping(file) };
}

function orderedWrapping(file: WrappedKeyMembers): WrappedKeyMembers {
  const { createdAt, comment, kdf, nonce, commitment, wrapped } = file;
  const { name, memoryKiB, passes, salt } = kdf;
  return {
    public: file.public,
    createdAt,
    comment,
    kdf: { name, memoryKiB, passes, salt },
    nonce,
    commitment,
    wrapped,
  };
}

// The messages of JSON.parse quote its input, so they go no further.
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new MalformedKeyFileError("the key file is not JSON");
  }
}

// Of valid JSON: strings are kept as they are, what is between them loses its white space.
function withoutWhiteSpace(json: string): string {
  return json.replace(/("(?:[^"\\]|\\.)*")|\s+/gu, (_, text: string | undefined) => text ?? "");
}

function isKeyFile(value: unknown): value is KeyFile {
  if (!hasWrappedKey(value)) return false;
  return value["format"] === "coterie/organisation-key" && value["version"] === 1 && typeof value["keyId"] === "string";
}

function isKeyAuthorityFile(value: unknown): value is KeyAuthorityFile {
  return hasWrappedKey(value) && value["format"] === "coterie/key-authority" && value["version"] === 1;
}

function hasWrappedKey(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isRecord(value) || !isRecord(value["kdf"])) return false;
  const texts = ["public", "nonce", "commitment", "wrapped"];
  return (
    texts.every((name) => typeof value[name] === "string") &&
    isTime(value["createdAt"]) &&
    isComment(value["comment"]) &&
    value["kdf"]["name"] === "argon2id" &&
    typeof value["kdf"]["salt"] === "string" &&
    typeof value["kdf"]["memoryKiB"] === "number" &&
    typeof value["kdf"]["passes"] === "number"
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTime(value: unknown): boolean {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)) return false;
  const ms = Date.parse(value);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === value;
}

/** Whether `value` may be the comment of a key file: text without control characters. */
export function isComment(value: unknown): boolean {
  return typeof value === "string" && value.length <= keyFileLimits.commentCharacters && !/[\p{Cc}\p{Cs}]/u.test(value);
}

function decodeOf(text: string, lengthBytes: number): Bytes {
  const bytes = decodeBase64Url(text);
  if (bytes.length !== lengthBytes) throw new MalformedKeyFileError("a value of the key file has another length");
  return bytes;
}
