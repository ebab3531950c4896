/** The keys of a sealed envelope and its associated data (docs/protocol/actions.md §8). */
import { type Bytes, concatBytes, encodeFields, encodeUtf8, type SecretKey } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { derivationLabels, fieldLabels } from "./labels.ts";

/** A value that an envelope is bound to: it opens only where the same ones are given. */
export type ContextField = string | number | Uint8Array;

/** What follows from a content key. `bodyKey` is wiped by the caller; the commitment is public. */
export interface BodyKeys {
  readonly bodyKey: Bytes;
  readonly commitment: Bytes;
}

/** Key and nonce of one wrap; both are wiped by the caller. */
export interface WrapKeys {
  readonly key: Bytes;
  readonly nonce: Bytes;
}

/** Body key and commitment: two content keys with one commitment would be a collision of HKDF-SHA256. */
export function deriveBodyKeys(
  primitives: Primitives,
  { contentKey, nonce }: { readonly contentKey: Uint8Array; readonly nonce: Uint8Array },
): BodyKeys {
  const derive = (label: string): Bytes =>
    primitives.hkdfSha256({ secret: contentKey, salt: nonce, info: encodeUtf8(label), lengthBytes: 32 });
  return { bodyKey: derive(derivationLabels.envelopeBody), commitment: derive(derivationLabels.envelopeCommitment) };
}

/** The wrapping key between one half of a secret and the other half's public key. Throws InvalidPublicKeyError. */
export function deriveWrapKeys(
  primitives: Primitives,
  {
    secretKey,
    peer,
    ephemeralKey,
    recipientKey,
  }: {
    readonly secretKey: SecretKey<"x25519">;
    readonly peer: Uint8Array;
    readonly ephemeralKey: Uint8Array;
    readonly recipientKey: Uint8Array;
  },
): WrapKeys {
  const shared = primitives.agree(secretKey, peer);
  try {
    const derived = primitives.hkdfSha256({
      secret: shared.exposeSecretBytes(),
      salt: concatBytes(ephemeralKey, recipientKey),
      info: encodeUtf8(derivationLabels.envelopeWrap),
      lengthBytes: 56,
    });
    return { key: derived.subarray(0, 32), nonce: derived.subarray(32) };
  } finally {
    shared.destroy();
  }
}

/** Associated data of the body: everything in the open part, then the caller's context. */
export function bodyAssociatedData(open: Uint8Array, context: readonly ContextField[]): Bytes {
  return encodeFields(fieldLabels.envelopeBody, open, ...context);
}
