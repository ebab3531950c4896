/** Making and unlocking the file of a key authority's Ed25519 key (docs/protocol/key-log.md §12). */
import { equalBytes } from "@coterie/bytes";
import { InvalidPublicKeyError, type Primitives, type SigningKeyPair } from "@coterie/primitives";
import { KeyFileNotOpenedError } from "./key-file-errors.ts";
import { decodeWrappedKey, type KeyAuthorityFile, keyFileLabels } from "./key-file-format.ts";
import type { CreateKeyFileInput } from "./organisation-key-file.ts";
import { type CreateKeyFileDeps, unwrapSecret, wrapSecret } from "./wrapped-secret.ts";

/** What a new authority file is made from. */
export interface CreateKeyAuthorityFileInput extends Omit<CreateKeyFileInput, "keyPair"> {
  /** Ed25519. The caller destroys it. */
  readonly keyPair: SigningKeyPair;
}

/**
 * A key authority's file that `passphrase` opens. Whoever opens it decides over the organisation's keys: keep it off the
 * machines that open contacts every day. An organisation key file never opens as one, nor the other way round.
 * @throws KeyFilePassphraseError, KeyFileParametersError, MalformedKeyFileError (the comment), InvalidPublicKeyError
 */
export function createKeyAuthorityFile(
  deps: CreateKeyFileDeps,
  { keyPair, passphrase, comment, strength }: CreateKeyAuthorityFileInput,
): KeyAuthorityFile {
  const { publicKey, secretKey } = keyPair;
  const secret = secretKey.exposeSecretBytes();
  const derived = deps.primitives.deriveSigningKeyPair(secret);
  derived.secretKey.destroy();
  if (!equalBytes(derived.publicKey, publicKey)) throw new InvalidPublicKeyError();
  const labels = keyFileLabels.authority;
  const members = wrapSecret(deps, { labels, publicKey, secret, passphrase, comment, strength });
  return { format: "coterie/key-authority", version: 1, ...members };
}

/**
 * The key pair in `file`, which the caller destroys.
 * @throws MalformedKeyFileError, KeyFileParametersError, before anything is derived
 * @throws KeyFileNotOpenedError on a wrong passphrase or a changed file
 */
export function unlockKeyAuthorityFile(
  { primitives }: { readonly primitives: Primitives },
  { file, passphrase }: { readonly file: KeyAuthorityFile; readonly passphrase: string },
): SigningKeyPair {
  const bytes = decodeWrappedKey(file);
  const secret = unwrapSecret(primitives, { labels: keyFileLabels.authority, bytes, passphrase });
  try {
    const keyPair = primitives.deriveSigningKeyPair(secret);
    if (equalBytes(keyPair.publicKey, bytes.publicKey)) return keyPair;
    keyPair.secretKey.destroy();
    throw new KeyFileNotOpenedError();
  } finally {
    secret.fill(0);
  }
}
