/** The keys of a vault as it uses them: ids, derived keys, and the search by id (docs/protocol/vault.md §1). */
import { type Bytes, encodeHex, encodeUtf8, equalBytes, SecretKey } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { InvalidKeyringError, UnknownKeyError } from "../errors.ts";
import { derivationLabels } from "../labels.ts";
import { vaultLimits } from "../limits.ts";
import { type FieldKeyId, fieldKeyIdBytes } from "./key-id.ts";

/** The keys an application holds: outside of the database, in files or a key service. */
export interface FieldKeyring {
  /** Encrypts everything new. */
  readonly current: SecretKey<"field">;
  /** Earlier keys, or the next one before all processes have it: they decrypt only. */
  readonly reading: readonly SecretKey<"field">[];
}

/** One key with what was derived from it. */
export interface DerivedFieldKey {
  readonly id: FieldKeyId;
  /** 16 bytes. */
  readonly idBytes: Bytes;
  readonly body: SecretKey<"field-body">;
  /** 32 bytes that no other key leads to: a ciphertext that names them opens under this key alone. Public. */
  readonly commitment: Bytes;
}

/** The keys of one vault, current first. */
export interface DerivedKeyring {
  readonly current: DerivedFieldKey;
  readonly all: readonly DerivedFieldKey[];
  /** @throws UnknownKeyError */
  readonly get: (keyId: Uint8Array) => DerivedFieldKey;
  readonly destroy: () => void;
}

/** Derives and checks all keys. Throws InvalidKeyringError on a key twice, too many keys or another length. */
export function deriveKeyring(primitives: Primitives, { current, reading }: FieldKeyring): DerivedKeyring {
  if (1 + reading.length > vaultLimits.fieldKeys) throw new InvalidKeyringError("a keyring holds at most 32 keys");
  const first = deriveFieldKey(primitives, current);
  const all = [first, ...reading.map((key) => deriveFieldKey(primitives, key))];
  const destroy = (): void => {
    for (const { body } of all) body.destroy();
  };
  if (new Set(all.map(({ id }) => id)).size !== all.length) {
    destroy();
    throw new InvalidKeyringError("a key stands twice in the keyring");
  }
  return {
    current: first,
    all,
    get: (keyId) => {
      // All 16 bytes: a short fingerprint could be made to select another key.
      const found = all.find(({ idBytes }) => equalBytes(idBytes, keyId));
      if (found === undefined) throw new UnknownKeyError();
      return found;
    },
    destroy,
  };
}

function deriveFieldKey(primitives: Primitives, key: SecretKey<"field">): DerivedFieldKey {
  const secret = key.exposeSecretBytes();
  const idBytes = fieldKeyIdBytes(primitives, secret);
  const derive = (label: string): Bytes =>
    primitives.hkdfSha256({ secret, salt: new Uint8Array(0), info: encodeUtf8(label), lengthBytes: 32 });
  return {
    // brand: made from the hash that defines it
    id: encodeHex(idBytes) as FieldKeyId,
    idBytes,
    body: SecretKey.own("field-body", derive(derivationLabels.fieldBody)),
    commitment: derive(derivationLabels.fieldCommitment),
  };
}
