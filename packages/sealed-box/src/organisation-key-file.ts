/** Making and unlocking organisation key files (docs/protocol/actions.md §9). */
import { equalBytes } from "@coterie/bytes";
import { type AgreementKeyPair, InvalidPublicKeyError, type Primitives } from "@coterie/primitives";
import { KeyFileNotOpenedError, MalformedKeyFileError } from "./key-file-errors.ts";
import { decodeKeyFile, type KeyFile, keyFileLabels } from "./key-file-format.ts";
import { deriveKeyId, deriveKeyIdBytes } from "./key-id.ts";
import { requireMatchingHalves } from "./key-pair.ts";
import { type CreateKeyFileDeps, unwrapSecret, wrapSecret } from "./wrapped-secret.ts";

/** What a new key file is made from. */
export interface CreateKeyFileInput {
  /** The caller destroys it. */
  readonly keyPair: AgreementKeyPair;
  /** 8 to 1024 characters. A string cannot be wiped: let go of it soon. */
  readonly passphrase: string;
  /** For people, in clear and not authenticated: at most 200 characters. */
  readonly comment: string;
  /** Default: the floor, 64 MiB and 3 passes. */
  readonly strength?: { readonly memoryKiB: number; readonly passes: number };
}

/**
 * A key file that `passphrase` opens. It protects the secret key as well as the passphrase is hard to guess. Write
 * `encodeKeyFile(file)` to disk.
 * @throws KeyFilePassphraseError, KeyFileParametersError, MalformedKeyFileError (the comment), InvalidPublicKeyError
 */
export function createKeyFile(deps: CreateKeyFileDeps, input: CreateKeyFileInput): KeyFile {
  const { keyPair, passphrase, comment, strength } = input;
  const { publicKey, secretKey } = keyPair;
  requireMatchingHalves(deps.primitives, keyPair);
  const secret = secretKey.exposeSecretBytes();
  const labels = keyFileLabels.organisation;
  const members = wrapSecret(deps, { labels, publicKey, secret, passphrase, comment, strength });
  const keyId = deriveKeyId(deps.primitives, publicKey);
  return { format: "coterie/organisation-key", version: 1, keyId, ...members };
}

/**
 * The key pair in `file`, which the caller destroys. Takes a few hundred milliseconds and at least 64 MiB.
 * @throws MalformedKeyFileError, KeyFileParametersError, before anything is derived
 * @throws KeyFileNotOpenedError on a wrong passphrase or a changed file
 */
export function unlockKeyFile(
  { primitives }: { readonly primitives: Primitives },
  { file, passphrase }: { readonly file: KeyFile; readonly passphrase: string },
): AgreementKeyPair {
  const bytes = decodeKeyFile(file);
  if (!equalBytes(bytes.publicKeyId, deriveKeyIdBytes(primitives, bytes.publicKey)))
    throw new MalformedKeyFileError("the key id is not that of the public key");
  const secret = unwrapSecret(primitives, { labels: keyFileLabels.organisation, bytes, passphrase });
  try {
    const keyPair = primitives.deriveAgreementKeyPair(secret);
    if (equalBytes(keyPair.publicKey, bytes.publicKey)) return keyPair;
    keyPair.secretKey.destroy();
    throw new KeyFileNotOpenedError();
  } catch (error) {
    if (error instanceof InvalidPublicKeyError) throw new KeyFileNotOpenedError();
    throw error;
  } finally {
    secret.fill(0);
  }
}
