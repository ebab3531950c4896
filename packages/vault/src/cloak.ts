/**
 * Reads what Cloak (`@47ng/cloak`, format v1) encrypted, so that an existing database can be taken over (docs/protocol/vault.md §5).
 * It only reads: Cloak's format binds nothing to a place, names keys by 32 bits and does not pad.
 */
import {
  type Bytes,
  type Ciphertext,
  decodeBase64Url,
  encodeHex,
  encodeUtf8,
  Plaintext,
  SecretKey,
} from "@coterie/bytes";
import { AuthenticationFailedError, type Primitives } from "@coterie/primitives";
import {
  InvalidKeyringError,
  MalformedCloakKeyError,
  MalformedCloakMessageError,
  NotAuthenticError,
  UnknownKeyError,
} from "./errors.ts";
import type { FieldPlace } from "./field/place.ts";
import type { Vault } from "./field/vault.ts";
import { vaultLimits } from "./limits.ts";

/** Decrypts Cloak messages with the keys of a Cloak keychain. */
export interface CloakReader {
  /** The content, which the caller destroys. @throws MalformedCloakMessageError, UnknownKeyError, NotAuthenticError */
  readonly read: (message: string) => Plaintext;
  /** Wipes the keys. */
  readonly destroy: () => void;
}

/** A message and the place it is stored at from now on. */
export interface ImportCloakFieldInput {
  readonly place: FieldPlace;
  readonly message: string;
}

interface CloakKey {
  /** 8 lower-case hexadecimal digits: the start of SHA-256 of the key's text. */
  readonly fingerprint: string;
  readonly key: SecretKey<"cloak">;
}

const keyPattern = /^k1\.aesgcm256\.([A-Za-z0-9_-]{43})=?$/;
const messagePattern = /^v1\.aesgcm256\.([0-9a-fA-F]{8})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})={0,2}$/;

/**
 * A reader for keys in Cloak's text form ("k1.aesgcm256.…"), exactly as Cloak knew them: the fingerprint is taken over the text.
 * @throws MalformedCloakKeyError, InvalidKeyringError on no keys or more than 64
 */
export function createCloakReader(
  { primitives }: { readonly primitives: Primitives },
  keyTexts: readonly string[],
): CloakReader {
  if (keyTexts.length === 0 || keyTexts.length > vaultLimits.cloakKeys) {
    throw new InvalidKeyringError(`a reader takes 1 to ${vaultLimits.cloakKeys} Cloak keys`);
  }
  const keys = keyTexts.map((text) => parseCloakKey(primitives, text));
  return {
    read: (message) => readMessage(primitives, keys, message),
    destroy: () => {
      for (const { key } of keys) key.destroy();
    },
  };
}

/** Reads a Cloak message and encrypts its content for `place` under the vault's current key. Throws what either throws. */
export function importCloakField(
  { vault, reader }: { readonly vault: Vault; readonly reader: CloakReader },
  { place, message }: ImportCloakFieldInput,
): Ciphertext<"field"> {
  const plaintext = reader.read(message);
  try {
    return vault.encryptField(place, plaintext);
  } finally {
    plaintext.destroy();
  }
}

function parseCloakKey(primitives: Primitives, text: string): CloakKey {
  const encoded = text.length <= 64 ? keyPattern.exec(text)?.[1] : undefined;
  if (encoded === undefined) throw new MalformedCloakKeyError();
  const fingerprint = encodeHex(primitives.sha256(encodeUtf8(text)).subarray(0, 4));
  return { fingerprint, key: SecretKey.own("cloak", decodeOr(encoded, MalformedCloakKeyError)) };
}

function readMessage(primitives: Primitives, keys: readonly CloakKey[], message: string): Plaintext {
  const parts = message.length <= vaultLimits.cloakMessageCharacters ? messagePattern.exec(message) : null;
  const [, fingerprint, iv, encoded] = parts ?? [];
  if (fingerprint === undefined || iv === undefined || encoded === undefined) throw new MalformedCloakMessageError();
  const nonce = decodeOr(iv, MalformedCloakMessageError);
  const ciphertext = decodeOr(encoded, MalformedCloakMessageError);
  // 32 bits do not name one key: every key with this fingerprint is tried.
  const candidates = keys.filter((key) => key.fingerprint === fingerprint.toLowerCase());
  if (candidates.length === 0) throw new UnknownKeyError();
  const opened = candidates.flatMap(({ key }) => tryDecrypt(primitives, { key, nonce, ciphertext }));
  const [plain, ...others] = opened;
  // AES-GCM does not commit to its key: a message that opens under two keys was made to, and neither content is believed.
  if (plain === undefined || others.length > 0) {
    for (const secret of opened) secret.fill(0);
    throw new NotAuthenticError();
  }
  return Plaintext.own(plain);
}

function tryDecrypt(
  primitives: Primitives,
  { key, nonce, ciphertext }: { readonly key: SecretKey<"cloak">; readonly nonce: Bytes; readonly ciphertext: Bytes },
): readonly Bytes[] {
  const associatedData = new Uint8Array(0);
  try {
    return [primitives.aes256Gcm.decrypt({ key: key.exposeSecretBytes(), nonce, ciphertext, associatedData })];
  } catch (error) {
    if (error instanceof AuthenticationFailedError) return [];
    throw error;
  }
}

/** Decodes base64url; what is not canonical is malformed too, with the caller's error. */
function decodeOr(text: string, Malformed: new () => MalformedCloakKeyError | MalformedCloakMessageError): Bytes {
  try {
    return decodeBase64Url(text);
  } catch {
    throw new Malformed();
  }
}
