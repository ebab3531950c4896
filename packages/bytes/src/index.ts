/**
 * Byte kinds, encodings, opaque secrets and length-prefixed fields: what every other package builds on.
 * This file is the table of contents.
 */
export { type Base64Url, decodeBase64Url, encodeBase64Url } from "./base64url.ts";
export { type Bytes, type Ciphertext, concatBytes, copyBytes, toBytes } from "./byte-kinds.ts";
export { equalBytes, isAllZero } from "./constant-time.ts";
export {
  type BytesError,
  CoterieError,
  MalformedBytesError,
  MalformedTextError,
  SecretDestroyedError,
  SecretSerialisedError,
  TooLargeError,
  WrongLengthError,
} from "./errors.ts";
export { FieldReader } from "./field-reader.ts";
export { encodeFields, FieldWriter } from "./fields.ts";
export { decodeHex, encodeHex } from "./hex.ts";
export { createJoiner, type Joiner } from "./joiner.ts";
export { bytesLimits } from "./limits.ts";
export { type BytePool, createPool } from "./pool.ts";
export { Plaintext } from "./plaintext.ts";
export { SecretKey } from "./secret-key.ts";
export { decodeTextForm, encodeTextForm, type TextFormPrefix, textFormPrefixes } from "./text-form.ts";
export { decodeUtf8, encodeUtf8 } from "./utf8.ts";
