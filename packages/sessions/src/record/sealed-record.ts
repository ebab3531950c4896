/** Records and prekeys at rest: encrypted under the device's store key and bound to their place (docs/protocol/sessions.md §10). */
import { type Ciphertext, concatBytes, encodeFields, Plaintext, type SecretKey } from "@coterie/bytes";
import { AuthenticationFailedError, type Primitives, randomBytes, type RandomSource } from "@coterie/primitives";
import { UnreadableRecordError } from "../errors.ts";
import { labels } from "../labels.ts";
import type { SessionRecord } from "../session/session-state.ts";
import { decodeRecord, encodeRecord } from "./session-record.ts";

/** The key of a device's store: 32 bytes, never stored beside what it encrypts. */
export type StoreKey = SecretKey<"store">;

/** All sessions with one device of a peer, as they are stored. */
export type SealedRecord = Ciphertext<"session-record">;

/** The secret of a prekey, as it is stored. */
export type SealedPrekey = Ciphertext<"prekey">;

/** What sealing at rest needs. */
export interface StoreDeps {
  readonly primitives: Pick<Primitives, "xchacha20Poly1305">;
  readonly random: RandomSource;
}

const nonceLengthBytes = 24;

/** Encrypts a record for the place of `peer`. */
export function sealRecord(
  deps: StoreDeps,
  { record, storeKey, peer }: { readonly record: SessionRecord; readonly storeKey: StoreKey; readonly peer: string },
): SealedRecord {
  const plaintext = encodeRecord(record);
  try {
    // brand: encrypted just here
    return seal(deps, { plaintext, storeKey, associatedData: encodeFields(labels.storedRecord, peer) }) as SealedRecord;
  } finally {
    plaintext.destroy();
  }
}

/** @throws UnreadableRecordError where it was changed, or stored for another peer */
export function openRecord(
  deps: Pick<StoreDeps, "primitives">,
  { sealed, storeKey, peer }: { readonly sealed: SealedRecord; readonly storeKey: StoreKey; readonly peer: string },
): SessionRecord {
  const plaintext = open(deps, { sealed, storeKey, associatedData: encodeFields(labels.storedRecord, peer) });
  try {
    return decodeRecord(plaintext);
  } finally {
    plaintext.destroy();
  }
}

/** Which prekey a stored secret belongs to. */
export interface PrekeyPlace {
  readonly kind: "signed" | "one-time" | "kem";
  readonly id: number;
}

/** Encrypts the secret of a prekey: 32 bytes, or the 64-byte seed of a KEM key. */
export function sealPrekey(
  deps: StoreDeps,
  {
    place,
    secret,
    storeKey,
  }: { readonly place: PrekeyPlace; readonly secret: Uint8Array; readonly storeKey: StoreKey },
): SealedPrekey {
  const plaintext = Plaintext.copyOf(secret);
  try {
    // brand: encrypted just here
    return seal(deps, { plaintext, storeKey, associatedData: prekeyData(place) }) as SealedPrekey;
  } finally {
    plaintext.destroy();
  }
}

/** @throws UnreadableRecordError where it was changed, or stored as another prekey */
export function openPrekey(
  deps: Pick<StoreDeps, "primitives">,
  {
    place,
    sealed,
    storeKey,
  }: { readonly place: PrekeyPlace; readonly sealed: SealedPrekey; readonly storeKey: StoreKey },
): Plaintext {
  return open(deps, { sealed, storeKey, associatedData: prekeyData(place) });
}

function prekeyData({ kind, id }: PrekeyPlace): Uint8Array {
  return encodeFields(labels.storedPrekey, kind, id);
}

function seal(
  { primitives, random }: StoreDeps,
  input: { readonly plaintext: Plaintext; readonly storeKey: StoreKey; readonly associatedData: Uint8Array },
): Uint8Array {
  const nonce = randomBytes(random, nonceLengthBytes);
  const ciphertext = primitives.xchacha20Poly1305.encrypt({
    key: input.storeKey.exposeSecretBytes(),
    nonce,
    plain: input.plaintext.exposePlainBytes(),
    associatedData: input.associatedData,
  });
  return concatBytes(nonce, ciphertext);
}

function open(
  { primitives }: Pick<StoreDeps, "primitives">,
  input: { readonly sealed: Uint8Array; readonly storeKey: StoreKey; readonly associatedData: Uint8Array },
): Plaintext {
  if (input.sealed.length < nonceLengthBytes) throw new UnreadableRecordError("the stored bytes are cut off");
  try {
    return Plaintext.own(
      primitives.xchacha20Poly1305.decrypt({
        key: input.storeKey.exposeSecretBytes(),
        nonce: input.sealed.subarray(0, nonceLengthBytes),
        ciphertext: input.sealed.subarray(nonceLengthBytes),
        associatedData: input.associatedData,
      }),
    );
  } catch (error) {
    if (!(error instanceof AuthenticationFailedError)) throw error;
    throw new UnreadableRecordError("the stored bytes are damaged, or belong to another place or key");
  }
}
