/**
 * Ids and keys as text that people copy and paste: a prefix that says what it is and a checksum that finds typing errors
 * (bech32m, BIP 350). Pasting the wrong thing is an error that says what it was.
 */
import { bech32m } from "@scure/base";
import { type Bytes, toBytes } from "./byte-kinds.ts";
import { MalformedTextError, TooLargeError } from "./errors.ts";
import { bytesLimits } from "./limits.ts";

/** What each prefix stands for; the words appear in error messages. */
export const textFormPrefixes = {
  cact: "an action id",
  ccam: "a campaign id",
  cctl: "a gateway operator token",
  ckey: "a public key id",
  clog: "a key log id",
  cmsg: "a webhook delivery id",
  cnad: "a notice address id",
  corg: "an organisation id",
  cpag: "an action page id",
  cpub: "an organisation public key",
  csec: "an organisation secret key",
  ctid: "an organisation token's id",
  ctok: "an organisation token",
  cweb: "a webhook id",
} as const;

/** A prefix of the closed list. */
export type TextFormPrefix = keyof typeof textFormPrefixes;

/**
 * The text form of 1 to 64 bytes: `prefix`, "1", bech32 symbols, six symbols of checksum.
 * @throws TooLargeError above 64 bytes
 *
 * @example
 * import { encodeTextForm } from "@coterie/bytes";
 *
 * encodeTextForm("corg", new Uint8Array(16)); // "corg1qqqqqqqqqqqqqqqqqqqqqqqqqq" and a checksum
 */
export function encodeTextForm(prefix: TextFormPrefix, bytes: Uint8Array): string {
  if (bytes.length > bytesLimits.textFormLengthBytes) throw new TooLargeError("a text form holds at most 64 bytes");
  return bech32m.encode(prefix, bech32m.toWords(bytes), false);
}

/**
 * The bytes of a text form. White space around it is ignored, as pasting adds it.
 * @throws MalformedTextError on a wrong checksum, another prefix (the message says which kind it was) or another length
 */
export function decodeTextForm(
  prefix: TextFormPrefix,
  text: string,
  { lengthBytes }: { readonly lengthBytes: number },
): Bytes {
  const wanted = textFormPrefixes[prefix];
  const trimmed = text.trim();
  if (trimmed.length > 8 + Math.ceil((bytesLimits.textFormLengthBytes * 8) / 5))
    throw new MalformedTextError(`not ${wanted}: too long`);
  const decoded = bech32m.decodeUnsafe(trimmed, false);
  if (decoded === undefined) throw new MalformedTextError(`not ${wanted}: a character is missing or mistyped`);
  if (decoded.prefix !== prefix)
    throw new MalformedTextError(`expected ${wanted}, got ${describePrefix(decoded.prefix)}`);
  const bytes = bech32m.fromWordsUnsafe(decoded.words);
  if (!bytes || bytes.length !== lengthBytes) throw new MalformedTextError(`not ${wanted}: wrong length`);
  return toBytes(bytes);
}

// Only names of our own list are repeated: the rest of the input may be a secret pasted by mistake.
function describePrefix(prefix: string): string {
  const known: Readonly<Record<string, string>> = textFormPrefixes;
  return Object.hasOwn(known, prefix) ? (known[prefix] ?? "something else") : "something else";
}
