/** The byte layout of a sealed envelope (docs/protocol/actions.md §8), and what may be in its open part. */
import { type Bytes, concatBytes, copyBytes } from "@coterie/bytes";
import { InvalidRecipientsError, MalformedEnvelopeError } from "./errors.ts";
import { sealedBoxLimits } from "./limits.ts";
import { padmeLength } from "./padme.ts";

/** Bytes 0 to 90: the associated data of every wrap. */
export const envelopeHeadLengthBytes = 91;
/** Key id (20) and wrapped content key (48). */
const recipientLengthBytes = 68;
const keyIdLengthBytes = 20;
const tagLengthBytes = 16;
const version = 1;
const suite = 1;

/** One holder of a key, as it stands in an envelope. */
export interface EnvelopeRecipient {
  readonly keyId: Bytes;
  readonly wrappedKey: Bytes;
}

/** The open part of an envelope before the recipients. */
export interface EnvelopeHead {
  readonly ephemeralKey: Bytes;
  readonly nonce: Bytes;
  readonly commitment: Bytes;
}

/** An envelope taken apart. Everything is copied; nothing is authenticated yet. */
export interface EnvelopeParts extends EnvelopeHead {
  readonly recipients: readonly EnvelopeRecipient[];
  /** Bytes 0 to 90. */
  readonly head: Bytes;
  /** Bytes 0 to the end of the recipients. */
  readonly open: Bytes;
  /** The encrypted body, tag last. */
  readonly body: Bytes;
}

/** Bytes 0 to 90 of an envelope. */
export function encodeEnvelopeHead({ ephemeralKey, nonce, commitment }: EnvelopeHead, recipientCount: number): Bytes {
  return concatBytes(Uint8Array.of(version, suite), ephemeralKey, nonce, commitment, Uint8Array.of(recipientCount));
}

/** The parts of `envelope`. Throws MalformedEnvelopeError, InvalidRecipientsError. */
export function decodeEnvelope(envelope: Uint8Array): EnvelopeParts {
  if (envelope.length < envelopeHeadLengthBytes) throw new MalformedEnvelopeError("the envelope is truncated");
  if (envelope[0] !== version || envelope[1] !== suite)
    throw new MalformedEnvelopeError("an envelope of an unknown version or suite");
  const count = envelope[envelopeHeadLengthBytes - 1] ?? 0;
  requireRecipientCount(count);
  const openLengthBytes = envelopeHeadLengthBytes + count * recipientLengthBytes;
  requireBodyLength(envelope.length - openLengthBytes);
  const recipients = Array.from({ length: count }, (_, i) => recipientAt(envelope, i));
  requireDistinct(recipients.map((recipient) => recipient.keyId));
  return {
    ephemeralKey: copyBytes(envelope.subarray(2, 34)),
    nonce: copyBytes(envelope.subarray(34, 58)),
    commitment: copyBytes(envelope.subarray(58, 90)),
    recipients,
    head: copyBytes(envelope.subarray(0, envelopeHeadLengthBytes)),
    open: copyBytes(envelope.subarray(0, openLengthBytes)),
    body: copyBytes(envelope.subarray(openLengthBytes)),
  };
}

/** Throws InvalidRecipientsError unless there are 1 to 20. */
export function requireRecipientCount(count: number): void {
  if (count < 1 || count > sealedBoxLimits.envelopeRecipients) throw new InvalidRecipientsError();
}

/** Throws InvalidRecipientsError where a key id appears twice. */
export function requireDistinct(keyIds: readonly Uint8Array[]): void {
  if (new Set(keyIds.map((id) => id.join())).size !== keyIds.length) throw new InvalidRecipientsError();
}

// A body has a Padmé length of at least the 4 bytes of its own length.
function requireBodyLength(bodyLengthBytes: number): void {
  const padded = bodyLengthBytes - tagLengthBytes;
  if (padded < 4 || padded > padmeLength(4 + sealedBoxLimits.envelopeContentBytes) || padmeLength(padded) !== padded)
    throw new MalformedEnvelopeError("the envelope is truncated or too long");
}

function recipientAt(envelope: Uint8Array, index: number): EnvelopeRecipient {
  const start = envelopeHeadLengthBytes + index * recipientLengthBytes;
  return {
    keyId: copyBytes(envelope.subarray(start, start + keyIdLengthBytes)),
    wrappedKey: copyBytes(envelope.subarray(start + keyIdLengthBytes, start + recipientLengthBytes)),
  };
}
