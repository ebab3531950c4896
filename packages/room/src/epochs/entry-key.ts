/** The key of one sealed entry, and the entry itself (docs/protocol/rooms.md §6.2). */
import { type Bytes, concatBytes, type SecretKey } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { roomLabels } from "../labels.ts";
import { deriveKey } from "./derive-key.ts";

/** What sealing and opening are made of. */
export interface EntryDeps {
  readonly primitives: Pick<
    Primitives,
    "agree" | "checkAgreementPublicKey" | "deriveAgreementKeyPair" | "hkdfSha256" | "sha256" | "xchacha20Poly1305"
  >;
}

/** Everything that an entry is bound to. */
export interface EntryPlace {
  /** 32 bytes. */
  readonly logId: Bytes;
  /** 16 bytes. */
  readonly epochId: Bytes;
  /** X25519 public key, 32 bytes. */
  readonly ephemeralKey: Bytes;
  /** The recipient's X25519 public key, 32 bytes. */
  readonly sealingKey: Bytes;
  /** The recipient's Ed25519 identity key, 32 bytes. */
  readonly identity: Bytes;
}

/** Each key encrypts one secret. */
const nonce: Bytes = new Uint8Array(24);

/**
 * The key of the entry at `place`. The identity is in it, since two identities may name one sealing key, and be given secrets of two levels:
 * under one key, who knows the weaker one could compute the stronger one.
 */
export function deriveEntryKey(
  { primitives }: EntryDeps,
  { place, shared }: { readonly place: EntryPlace; readonly shared: SecretKey<"shared"> },
): Bytes {
  return deriveKey(primitives, {
    secret: shared.exposeSecretBytes(),
    info: roomLabels.entry,
    context: [place.epochId, place.ephemeralKey, place.sealingKey, place.identity],
  });
}

/** A secret of 32 bytes as an entry of 48. */
export function encryptEntry(
  { primitives }: EntryDeps,
  { place, key, secret }: { readonly place: EntryPlace; readonly key: Bytes; readonly secret: Bytes },
): Bytes {
  return primitives.xchacha20Poly1305.encrypt({ key, nonce, plain: secret, associatedData: associatedData(place) });
}

/** The secret in an entry. Throws AuthenticationFailedError where it is not for this place. */
export function decryptEntry(
  { primitives }: EntryDeps,
  { place, key, entry }: { readonly place: EntryPlace; readonly key: Bytes; readonly entry: Bytes },
): Bytes {
  const ciphertext = entry;
  return primitives.xchacha20Poly1305.decrypt({ key, nonce, ciphertext, associatedData: associatedData(place) });
}

function associatedData({ logId, epochId }: EntryPlace): Bytes {
  return concatBytes(logId, epochId);
}
