/** Opening a sealed envelope (docs/protocol/actions.md §8). */
import { type Bytes, equalBytes, isAllZero, Plaintext } from "@coterie/bytes";
import {
  type AgreementKeyPair,
  AuthenticationFailedError,
  InvalidPublicKeyError,
  type Primitives,
} from "@coterie/primitives";
import { bodyAssociatedData, type ContextField, deriveBodyKeys, deriveWrapKeys } from "./envelope-keys.ts";
import { decodeEnvelope, type EnvelopeParts } from "./envelope-layout.ts";
import { MalformedPlaintextError, NotAuthenticError, UnknownKeyError } from "./errors.ts";
import { deriveKeyIdBytes } from "./key-id.ts";
import { sealedBoxLimits } from "./limits.ts";
import { padmeLength } from "./padme.ts";

/** An envelope from outside, the key to open it with, and the context it must have been sealed for. */
export interface OpenEnvelopeInput {
  readonly envelope: Uint8Array;
  readonly keyPair: AgreementKeyPair;
  readonly context: readonly ContextField[];
}

/**
 * The content, which the caller destroys. Whoever else opens this envelope opens the same. Says nothing about who sealed it.
 * @throws MalformedEnvelopeError, InvalidRecipientsError on bytes that do not follow the format
 * @throws UnknownKeyError where it is not sealed to this key
 * @throws NotAuthenticError on anything that was changed, another context or a wrong commitment
 * @throws MalformedPlaintextError where the padding is not the one that sealing makes
 */
export function openEnvelope(
  { primitives }: { readonly primitives: Primitives },
  { envelope, keyPair, context }: OpenEnvelopeInput,
): Plaintext {
  const parts = decodeEnvelope(envelope);
  const secrets: Bytes[] = [];
  try {
    const contentKey = unwrapContentKey(primitives, { parts, keyPair });
    secrets.push(contentKey);
    const { bodyKey, commitment } = deriveBodyKeys(primitives, { contentKey, nonce: parts.nonce });
    secrets.push(bodyKey);
    // Before the body: one ciphertext can be made to decrypt under two keys, but not under one commitment.
    if (!equalBytes(commitment, parts.commitment)) throw new NotAuthenticError();
    const padded = primitives.xchacha20Poly1305.decrypt({
      key: bodyKey,
      nonce: parts.nonce,
      ciphertext: parts.body,
      associatedData: bodyAssociatedData(parts.open, context),
    });
    secrets.push(padded);
    return Plaintext.copyOf(contentOf(padded));
  } catch (error) {
    if (error instanceof AuthenticationFailedError || error instanceof InvalidPublicKeyError)
      throw new NotAuthenticError();
    throw error;
  } finally {
    for (const secret of secrets) secret.fill(0);
  }
}

function unwrapContentKey(
  primitives: Primitives,
  { parts, keyPair }: { readonly parts: EnvelopeParts; readonly keyPair: AgreementKeyPair },
): Bytes {
  const { ephemeralKey, head } = parts;
  const keyId = deriveKeyIdBytes(primitives, keyPair.publicKey);
  const recipient = parts.recipients.find((candidate) => equalBytes(candidate.keyId, keyId));
  if (recipient === undefined) throw new UnknownKeyError();
  const { key, nonce } = deriveWrapKeys(primitives, {
    secretKey: keyPair.secretKey,
    peer: ephemeralKey,
    ephemeralKey,
    recipientKey: keyPair.publicKey,
  });
  try {
    const ciphertext = recipient.wrappedKey;
    return primitives.xchacha20Poly1305.decrypt({ key, nonce, ciphertext, associatedData: head });
  } finally {
    key.fill(0);
    nonce.fill(0);
  }
}

// A view on `padded`.
function contentOf(padded: Bytes): Uint8Array {
  const lengthBytes = new DataView(padded.buffer, padded.byteOffset, 4).getUint32(0);
  if (lengthBytes > sealedBoxLimits.envelopeContentBytes) throw new MalformedPlaintextError();
  const end = 4 + lengthBytes;
  if (padmeLength(end) !== padded.length || !isAllZero(padded.subarray(end))) throw new MalformedPlaintextError();
  return padded.subarray(4, end);
}
