/** Sealing one body for 1 to 20 holders of keys (docs/protocol/actions.md §8). */
import { type Bytes, type Ciphertext, concatBytes, type Plaintext } from "@coterie/bytes";
import { type AgreementKeyPair, generateAgreementKeyPair, type Primitives, randomBytes } from "@coterie/primitives";
import { bodyAssociatedData, type ContextField, deriveBodyKeys, deriveWrapKeys } from "./envelope-keys.ts";
import { encodeEnvelopeHead, requireDistinct, requireRecipientCount } from "./envelope-layout.ts";
import { ContentTooLargeError } from "./errors.ts";
import { deriveKeyIdBytes } from "./key-id.ts";
import { sealedBoxLimits } from "./limits.ts";
import { padmeLength } from "./padme.ts";
import type { SealingDeps } from "./seal-contact.ts";

/** What is sealed, to whom, and what it is bound to. */
export interface SealEnvelopeInput {
  /** At most 4 MiB; the caller destroys it. */
  readonly plaintext: Plaintext;
  /** 1 to 20 X25519 public keys, each once. */
  readonly recipients: readonly Uint8Array[];
  /** Purpose, place and version, in order: opening takes the same. */
  readonly context: readonly ContextField[];
}

/**
 * Seals one body so that each recipient can open it alone. Recipients that open it open the same body, even where the sealer
 * cheats; that all of them can open it, only an honest sealer guarantees. The number of recipients and their key ids are visible.
 * @throws InvalidPublicKeyError on an unusable key, InvalidRecipientsError, ContentTooLargeError: before anything is encrypted
 */
export function sealEnvelope(
  { primitives, random }: SealingDeps,
  { plaintext, recipients, context }: SealEnvelopeInput,
): Ciphertext<"envelope"> {
  const keyIds = checkRecipients(primitives, recipients);
  const padded = padBody(plaintext.exposePlainBytes());
  const contentKey = randomBytes(random, 32);
  const ephemeral = generateAgreementKeyPair(primitives, random);
  const nonce = randomBytes(random, 24);
  const { bodyKey, commitment } = deriveBodyKeys(primitives, { contentKey, nonce });
  try {
    const head = encodeEnvelopeHead({ ephemeralKey: ephemeral.publicKey, nonce, commitment }, recipients.length);
    const wraps = recipients.map((recipientKey) => wrap(primitives, { contentKey, ephemeral, recipientKey, head }));
    const open = concatBytes(head, ...wraps.flatMap((wrapped, i) => [keyIds[i] ?? wrapped, wrapped]));
    const associatedData = bodyAssociatedData(open, context);
    const body = primitives.xchacha20Poly1305.encrypt({ key: bodyKey, nonce, plain: padded, associatedData });
    // brand: just encrypted
    return concatBytes(open, body) as Ciphertext<"envelope">;
  } finally {
    for (const secret of [padded, contentKey, bodyKey]) secret.fill(0);
    ephemeral.secretKey.destroy();
  }
}

function checkRecipients(primitives: Primitives, recipients: readonly Uint8Array[]): readonly Bytes[] {
  requireRecipientCount(recipients.length);
  for (const publicKey of recipients) primitives.checkAgreementPublicKey(publicKey);
  const keyIds = recipients.map((publicKey) => deriveKeyIdBytes(primitives, publicKey));
  requireDistinct(keyIds);
  return keyIds;
}

// Length (4 bytes), content, zeros.
function padBody(content: Uint8Array): Bytes {
  if (content.length > sealedBoxLimits.envelopeContentBytes)
    throw new ContentTooLargeError("the content does not fit into an envelope");
  const padded = new Uint8Array(padmeLength(4 + content.length));
  new DataView(padded.buffer).setUint32(0, content.length);
  padded.set(content, 4);
  return padded;
}

function wrap(
  primitives: Primitives,
  {
    contentKey,
    ephemeral,
    recipientKey,
    head,
  }: {
    readonly contentKey: Bytes;
    readonly ephemeral: AgreementKeyPair;
    readonly recipientKey: Uint8Array;
    readonly head: Bytes;
  },
): Bytes {
  const { secretKey, publicKey: ephemeralKey } = ephemeral;
  const { key, nonce } = deriveWrapKeys(primitives, { secretKey, peer: recipientKey, ephemeralKey, recipientKey });
  try {
    return primitives.xchacha20Poly1305.encrypt({ key, nonce, plain: contentKey, associatedData: head });
  } finally {
    key.fill(0);
    nonce.fill(0);
  }
}
