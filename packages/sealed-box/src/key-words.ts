/** A secret key as 24 words for paper (docs/protocol/actions.md §9, BIP 39 with the English list). */
import { equalBytes, type SecretKey } from "@coterie/bytes";
import type { AgreementKeyPair, Primitives } from "@coterie/primitives";
import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { KeyWordsMismatchError, MalformedKeyWordsError } from "./key-file-errors.ts";

/** The 24 words of a secret key, separated by spaces. Whoever reads them has the key. */
export function keyToWords(secretKey: SecretKey<"x25519">): string {
  return entropyToMnemonic(secretKey.exposeSecretBytes(), wordlist);
}

/**
 * The key pair that the words stand for, which the caller destroys. Capitals and white space do not matter.
 * @throws MalformedKeyWordsError where the checksum (8 bits) finds a copying error
 * @throws KeyWordsMismatchError where they are the words of another key than the expected one
 */
export function keyFromWords(
  { primitives }: { readonly primitives: Primitives },
  {
    words,
    expectedPublicKey,
  }: {
    readonly words: string;
    /** 32 bytes: give it wherever it is known, since one copying error in 256 passes the checksum. */
    readonly expectedPublicKey?: Uint8Array;
  },
): AgreementKeyPair {
  const entropy = entropyOf(words);
  try {
    const keyPair = primitives.deriveAgreementKeyPair(entropy);
    if (expectedPublicKey === undefined || equalBytes(keyPair.publicKey, expectedPublicKey)) return keyPair;
    keyPair.secretKey.destroy();
    throw new KeyWordsMismatchError();
  } finally {
    entropy.fill(0);
  }
}

const longestWordsCharacters = 1024;

function entropyOf(words: string): Uint8Array {
  if (words.length > longestWordsCharacters) throw new MalformedKeyWordsError();
  const list = words
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== "");
  if (list.length !== 24) throw new MalformedKeyWordsError();
  try {
    return mnemonicToEntropy(list.join(" "), wordlist);
  } catch {
    // The library's message quotes the words.
    throw new MalformedKeyWordsError();
  }
}
