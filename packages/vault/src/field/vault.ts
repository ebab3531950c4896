/** Encryption of single fields at rest (docs/protocol/vault.md §1 to §4). */
import { type Bytes, type Ciphertext, concatBytes, equalBytes, Plaintext } from "@coterie/bytes";
import { AuthenticationFailedError, type Primitives, type RandomSource, randomBytes } from "@coterie/primitives";
import { NotAuthenticError } from "../errors.ts";
import type { FieldKeyId } from "./key-id.ts";
import { type DerivedKeyring, deriveKeyring, type FieldKeyring } from "./keyring.ts";
import { decodeField, encodeFieldOpenPart } from "./layout.ts";
import { padField, unpadField } from "./padding.ts";
import { type FieldPlace, fieldAssociatedData } from "./place.ts";

/** What a vault is made of. */
export interface VaultDeps {
  readonly primitives: Primitives;
  readonly random: RandomSource;
}

/** Encrypts and decrypts fields with the keys of one keyring. Stateless apart from the keys. */
export interface Vault {
  /** The key that new fields use. */
  readonly currentKeyId: FieldKeyId;
  /** All keys, current first. */
  readonly keyIds: readonly FieldKeyId[];
  /** Encrypts under the current key, for this place alone. @throws InvalidPlaceError, ContentTooLargeError */
  readonly encryptField: (place: FieldPlace, plaintext: Plaintext) => Ciphertext<"field">;
  /** The content, which the caller destroys. @throws MalformedFieldError, UnknownKeyError, NotAuthenticError, InvalidPlaceError */
  readonly decryptField: (place: FieldPlace, field: Uint8Array) => Plaintext;
  /** Whether the field is under another key than the current one. @throws MalformedFieldError */
  readonly needsRotation: (field: Uint8Array) => boolean;
  /** The same content under the current key; the same bytes where it already is. Checks it in both cases. */
  readonly rotateField: (place: FieldPlace, field: Uint8Array) => Ciphertext<"field">;
  /** Wipes what was derived; the keys of the keyring are the caller's. Nothing works afterwards. */
  readonly destroy: () => void;
}

/**
 * A vault over `keyring`. Protects what a database, its backups and its log hold against whoever has them without the keys;
 * binds each field to its place; hides lengths up to a few sizes. Does not hide which rows exist, who wrote when, or that a
 * row was put back to an earlier state of its own; and protects nothing from the process that holds the keys.
 * @throws InvalidKeyringError
 *
 * @example
 * import { encodeUtf8, Plaintext } from "@coterie/bytes";
 * import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
 * import { createVault, generateFieldKey } from "@coterie/vault";
 *
 * const vault = createVault({ primitives, random }, { current: generateFieldKey({ random }), reading: [] });
 * const place = { tenant: encodeUtf8("north"), table: "people", column: "phone", row: encodeUtf8("17") };
 * const field = vault.encryptField(place, Plaintext.fromText("+32 2 555 01 23"));
 * vault.decryptField(place, field).exposeText(); // "+32 2 555 01 23"
 */
export function createVault(deps: VaultDeps, keyring: FieldKeyring): Vault {
  const keys = deriveKeyring(deps.primitives, keyring);
  const decrypt = (place: FieldPlace, field: Uint8Array): Plaintext => decryptField(deps, { keys, place, field });
  const encrypt = (place: FieldPlace, plaintext: Plaintext): Ciphertext<"field"> =>
    encryptField(deps, { keys, place, plaintext });
  const needsRotation = (field: Uint8Array): boolean => !equalBytes(decodeField(field).keyId, keys.current.idBytes);
  return {
    currentKeyId: keys.current.id,
    keyIds: keys.all.map(({ id }) => id),
    encryptField: encrypt,
    decryptField: decrypt,
    needsRotation,
    rotateField: (place, field) => {
      const plaintext = decrypt(place, field);
      try {
        // brand: decrypted under the current key a moment ago
        return needsRotation(field) ? encrypt(place, plaintext) : (new Uint8Array(field) as Ciphertext<"field">);
      } finally {
        plaintext.destroy();
      }
    },
    destroy: keys.destroy,
  };
}

function encryptField(
  { primitives, random }: VaultDeps,
  {
    keys,
    place,
    plaintext,
  }: { readonly keys: DerivedKeyring; readonly place: FieldPlace; readonly plaintext: Plaintext },
): Ciphertext<"field"> {
  const { idBytes, body: key, commitment } = keys.current;
  // Random, never counted: a process or machine that is cloned or restored has no counter to repeat.
  const nonce = randomBytes(random, 24);
  const open = encodeFieldOpenPart({ keyId: idBytes, nonce, commitment });
  const associatedData = fieldAssociatedData(open, place);
  const plain = padField(plaintext.exposePlainBytes());
  try {
    const body = primitives.xchacha20Poly1305.encrypt({ key: key.exposeSecretBytes(), nonce, plain, associatedData });
    // brand: just encrypted
    return concatBytes(open, body) as Ciphertext<"field">;
  } finally {
    plain.fill(0);
  }
}

function decryptField(
  { primitives }: Pick<VaultDeps, "primitives">,
  { keys, place, field }: { readonly keys: DerivedKeyring; readonly place: FieldPlace; readonly field: Uint8Array },
): Plaintext {
  const { open, keyId, nonce, commitment, body } = decodeField(field);
  const associatedData = fieldAssociatedData(open, place);
  const key = keys.get(keyId);
  // Before anything is decrypted: Poly1305 alone would let one ciphertext open under two keys.
  if (!equalBytes(commitment, key.commitment)) throw new NotAuthenticError();
  const padded = authentic(() =>
    primitives.xchacha20Poly1305.decrypt({
      key: key.body.exposeSecretBytes(),
      nonce,
      ciphertext: body,
      associatedData,
    }),
  );
  try {
    return Plaintext.copyOf(unpadField(padded));
  } finally {
    padded.fill(0);
  }
}

/** Runs a decryption, with this package's one error for every failure. */
function authentic(decrypt: () => Bytes): Bytes {
  try {
    return decrypt();
  } catch (error) {
    if (error instanceof AuthenticationFailedError) throw new NotAuthenticError();
    throw error;
  }
}
