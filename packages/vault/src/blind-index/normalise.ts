/** One form for all ways of writing a value (docs/protocol/vault.md §7), so that a search finds each of them. */
import { type Bytes, encodeUtf8, MalformedTextError } from "@coterie/bytes";
import { ContentTooLargeError, InvalidIndexValueError } from "../errors.ts";
import { vaultLimits } from "../limits.ts";

/**
 * NFKC, lower case, NFKC, white space trimmed and collapsed. Case rules are those of Unicode, not of a language: a Turkish
 * "İ" and "i" stay different.
 * @throws ContentTooLargeError above 1024 characters, InvalidIndexValueError where nothing is left
 */
export function normaliseForIndex(value: string): string {
  if (value.length > vaultLimits.indexedValueCharacters) {
    throw new ContentTooLargeError(`an indexed value has at most ${vaultLimits.indexedValueCharacters} characters`);
  }
  const folded = value.normalize("NFKC").toLowerCase().normalize("NFKC");
  const normal = folded.replaceAll(/\s+/gu, " ").trim();
  if (normal === "") throw new InvalidIndexValueError("nothing is left of the value to index");
  return normal;
}

/** The same in UTF-8. Throws InvalidIndexValueError on a lone surrogate as well. */
export function normalisedBytes(value: string): Bytes {
  const normal = normaliseForIndex(value);
  try {
    return encodeUtf8(normal);
  } catch (error) {
    if (error instanceof MalformedTextError) throw new InvalidIndexValueError("the value is not Unicode text");
    throw error;
  }
}
