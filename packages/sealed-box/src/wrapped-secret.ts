/** Wrapping 32 secret bytes with a passphrase, the same for every kind of key file (docs/protocol/actions.md §9). */
import { type Bytes, encodeBase64Url, encodeFields, encodeUtf8, equalBytes } from "@coterie/bytes";
import { AuthenticationFailedError, type Primitives, type RandomSource, randomBytes } from "@coterie/primitives";
import { KeyFileNotOpenedError, KeyFilePassphraseError, MalformedKeyFileError } from "./key-file-errors.ts";
import {
  checkParameters,
  isComment,
  keyFileAssociatedData,
  type KeyFileLabels,
  type WrappedKeyBytes,
  type WrappedKeyMembers,
} from "./key-file-format.ts";
import { keyFileLimits } from "./limits.ts";

/** What making a key file needs: `now` gives milliseconds since 1970. */
export interface CreateKeyFileDeps {
  readonly primitives: Primitives;
  readonly random: RandomSource;
  readonly now: () => number;
}

/** How a secret is wrapped. */
export interface WrapSecretInput {
  readonly labels: KeyFileLabels;
  readonly publicKey: Bytes;
  /** 32 bytes. */
  readonly secret: Uint8Array;
  readonly passphrase: string;
  readonly comment: string;
  readonly strength: { readonly memoryKiB: number; readonly passes: number } | undefined;
}

/** The members of a key file. Throws KeyFilePassphraseError, KeyFileParametersError, MalformedKeyFileError. */
export function wrapSecret(
  { primitives, random, now }: CreateKeyFileDeps,
  { labels, publicKey, secret, passphrase, comment, strength = floor }: WrapSecretInput,
): WrappedKeyMembers {
  const { memoryKiB, passes } = strength;
  checkParameters({ memoryKiB, passes });
  if (!isComment(comment)) throw new MalformedKeyFileError("a comment is one line of at most 200 characters");
  const salt = randomBytes(random, 16);
  const nonce = randomBytes(random, 24);
  const keys = deriveFileKeys(primitives, { labels, passphrase, salt, memoryKiB, passes });
  try {
    const { commitment, wrappingKey } = keys;
    const associatedData = keyFileAssociatedData(labels, { publicKey, memoryKiB, passes, salt, nonce, commitment });
    const wrapped = primitives.xchacha20Poly1305.encrypt({ key: wrappingKey, nonce, plain: secret, associatedData });
    return {
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

/** The secret in a key file, which the caller wipes. Throws KeyFileNotOpenedError. */
export function unwrapSecret(
  primitives: Primitives,
  {
    labels,
    bytes,
    passphrase,
  }: { readonly labels: KeyFileLabels; readonly bytes: WrappedKeyBytes; readonly passphrase: string },
): Bytes {
  const { wrappingKey, commitment } = deriveFileKeys(primitives, { ...bytes, labels, passphrase });
  try {
    // Before the key: one ciphertext can be made to decrypt under two passphrases, but not under one commitment.
    if (!equalBytes(commitment, bytes.commitment)) throw new KeyFileNotOpenedError();
    return primitives.xchacha20Poly1305.decrypt({
      key: wrappingKey,
      nonce: bytes.nonce,
      ciphertext: bytes.wrapped,
      associatedData: keyFileAssociatedData(labels, bytes),
    });
  } catch (error) {
    if (error instanceof AuthenticationFailedError) throw new KeyFileNotOpenedError();
    throw error;
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
    labels,
    passphrase,
    salt,
    memoryKiB,
    passes,
  }: Pick<WrappedKeyBytes, "salt" | "memoryKiB" | "passes"> & Pick<WrapSecretInput, "labels" | "passphrase">,
): FileKeys {
  const encoded = encodePassphrase(passphrase);
  let derived: Bytes | undefined;
  let committed: Bytes | undefined;
  try {
    derived = primitives.argon2id({ passphrase: encoded, salt, memoryKiB, passes, lengthBytes: 64 });
    committed = encodeFields(labels.commitment, derived.subarray(32));
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
