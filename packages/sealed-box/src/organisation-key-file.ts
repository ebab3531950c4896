/** Making and unlocking organisation key files (docs/protocol/actions.md §9). */
import { type Bytes, encodeBase64Url, encodeFields, encodeUtf8, equalBytes } from "@coterie/bytes";
import {
  type AgreementKeyPair,
  AuthenticationFailedError,
  InvalidPublicKeyError,
  type Primitives,
  type RandomSource,
  randomBytes,
} from "@coterie/primitives";
import { KeyFileNotOpenedError, KeyFilePassphraseError, MalformedKeyFileError } from "./key-file-errors.ts";
import {
  checkParameters,
  decodeKeyFile,
  isComment,
  type KeyFile,
  keyFileAssociatedData,
  type KeyFileBytes,
} from "./key-file-format.ts";
import { deriveKeyId, deriveKeyIdBytes } from "./key-id.ts";
import { requireMatchingHalves } from "./key-pair.ts";
import { fieldLabels } from "./labels.ts";
import { keyFileLimits } from "./limits.ts";

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

/** What making one needs: `now` gives milliseconds since 1970. */
export interface CreateKeyFileDeps {
  readonly primitives: Primitives;
  readonly random: RandomSource;
  readonly now: () => number;
}

/**
 * A key file that `passphrase` opens. It protects the secret key as well as the passphrase is hard to guess. Write
 * `encodeKeyFile(file)` to disk.
 * @throws KeyFilePassphraseError, KeyFileParametersError, MalformedKeyFileError (the comment), InvalidPublicKeyError
 */
export function createKeyFile({ primitives, random, now }: CreateKeyFileDeps, input: CreateKeyFileInput): KeyFile {
  const { keyPair, passphrase, comment } = input;
  const { memoryKiB, passes } = input.strength ?? floor;
  checkParameters({ memoryKiB, passes });
  if (!isComment(comment)) throw new MalformedKeyFileError("a comment is one line of at most 200 characters");
  requireMatchingHalves(primitives, keyPair);
  const salt = randomBytes(random, 16);
  const nonce = randomBytes(random, 24);
  const keys = deriveFileKeys(primitives, { passphrase, salt, memoryKiB, passes });
  try {
    const { commitment } = keys;
    const { publicKey } = keyPair;
    const wrapped = primitives.xchacha20Poly1305.encrypt({
      key: keys.wrappingKey,
      nonce,
      plain: keyPair.secretKey.exposeSecretBytes(),
      associatedData: keyFileAssociatedData({ publicKey, memoryKiB, passes, salt, nonce, commitment }),
    });
    return {
      format: "coterie/organisation-key",
      version: 1,
      keyId: deriveKeyId(primitives, publicKey),
      public: encodeBase64Url(publicKey),
      createdAt: new Date(now()).toISOString(),
      comment,
      kdf: { name: "argon2id", memoryKiB, passes, salt: encodeBase64Url(salt) },
      nonce: encodeBase64Url(nonce),
      commitment: encodeBase64Url(commitment),
      wrapped: encodeBase64Url(wrapped),
    };
  } finally {
    keys.wrappingKey.fill(0);
  }
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
  const { wrappingKey, commitment } = deriveFileKeys(primitives, { ...bytes, passphrase });
  try {
    // Before the key: one ciphertext can be made to decrypt under two passphrases, but not under one commitment.
    if (!equalBytes(commitment, bytes.commitment)) throw new KeyFileNotOpenedError();
    return unwrapKeyPair(primitives, { bytes, wrappingKey });
  } finally {
    wrappingKey.fill(0);
  }
}

const floor = { memoryKiB: keyFileLimits.memoryKiB.least, passes: keyFileLimits.passes.least } as const;

interface FileKeys {
  readonly wrappingKey: Bytes;
  readonly commitment: Bytes;
}

function deriveFileKeys(
  primitives: Primitives,
  {
    passphrase,
    salt,
    memoryKiB,
    passes,
  }: Pick<KeyFileBytes, "salt" | "memoryKiB" | "passes"> & { readonly passphrase: string },
): FileKeys {
  const encoded = encodePassphrase(passphrase);
  let derived: Bytes | undefined;
  let committed: Bytes | undefined;
  try {
    derived = primitives.argon2id({ passphrase: encoded, salt, memoryKiB, passes, lengthBytes: 64 });
    committed = encodeFields(fieldLabels.keyFileCommitment, derived.subarray(32));
    return { wrappingKey: derived.slice(0, 32), commitment: primitives.sha256(committed) };
  } finally {
    for (const secret of [encoded, derived, committed]) secret?.fill(0);
  }
}

// NFKC, so that a passphrase typed on another keyboard or system is the same one.
function encodePassphrase(passphrase: string): Bytes {
  const { least, most } = keyFileLimits.passphraseCharacters;
  if (passphrase.length < least || passphrase.length > most) throw new KeyFilePassphraseError();
  return encodeUtf8(passphrase.normalize("NFKC"));
}

function unwrapKeyPair(
  primitives: Primitives,
  { bytes, wrappingKey }: { readonly bytes: KeyFileBytes; readonly wrappingKey: Bytes },
): AgreementKeyPair {
  let secret: Bytes | undefined;
  try {
    secret = primitives.xchacha20Poly1305.decrypt({
      key: wrappingKey,
      nonce: bytes.nonce,
      ciphertext: bytes.wrapped,
      associatedData: keyFileAssociatedData(bytes),
    });
    const keyPair = primitives.deriveAgreementKeyPair(secret);
    if (equalBytes(keyPair.publicKey, bytes.publicKey)) return keyPair;
    keyPair.secretKey.destroy();
    throw new KeyFileNotOpenedError();
  } catch (error) {
    if (error instanceof AuthenticationFailedError || error instanceof InvalidPublicKeyError)
      throw new KeyFileNotOpenedError();
    throw error;
  } finally {
    secret?.fill(0);
  }
}
