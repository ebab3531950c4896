/**
 * The message of an established session (docs/protocol/sessions.md §5): a version byte, the fields, and eight bytes of a MAC over
 * both identities, version and fields.
 */
import { type Bytes, concatBytes, copyBytes, equalBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { MalformedMessageError, MessageTooLongError } from "../errors.ts";
import { decodeAgreementKey, encodeAgreementKey } from "../keys/public-key.ts";
import { sessionLimits } from "../limits.ts";
import { decodeFieldValues, encodeFieldValues, type FieldTypes } from "./protobuf-fields.ts";

/** Version 4 and the same as the newest that the sender knows. Nothing else is spoken here. */
export const versionByte = 0x44;

export const macLengthBytes = 8;

/** The fields of a message. */
export interface RatchetMessage {
  readonly ratchetKey: Bytes;
  readonly counter: number;
  readonly previousCounter: number;
  readonly ciphertext: Bytes;
  /** The message of the post-quantum ratchet; empty where there is none. */
  readonly quantum: Bytes;
  /** Sender and recipient, 36 bytes, in first messages between devices that are named by UUIDs. */
  readonly addresses: Bytes | undefined;
}

/** A message with what its MAC is about. */
export interface DecodedRatchetMessage extends RatchetMessage {
  /** Version byte and fields. */
  readonly authenticated: Bytes;
  readonly mac: Bytes;
}

/** What a MAC is computed with: the sender's identity key comes first. */
export interface MacInput {
  readonly macKey: Uint8Array;
  readonly senderIdentity: Uint8Array;
  readonly recipientIdentity: Uint8Array;
  readonly authenticated: Uint8Array;
}

const fieldTypes: FieldTypes = { 1: "bytes", 2: "number", 3: "number", 4: "bytes", 5: "bytes", 6: "bytes" };

/** Version byte and fields, to which {@link ratchetMessageMac} is appended. */
export function encodeRatchetMessage(message: RatchetMessage): Bytes {
  return concatBytes(
    Uint8Array.of(versionByte),
    encodeFieldValues([
      [1, encodeAgreementKey(message.ratchetKey)],
      [2, message.counter],
      [3, message.previousCounter],
      [4, message.ciphertext],
      [5, message.quantum.length === 0 ? undefined : message.quantum],
      [6, message.addresses],
    ]),
  );
}

/** @throws MalformedMessageError, MessageTooLongError */
export function decodeRatchetMessage(bytes: Uint8Array): DecodedRatchetMessage {
  if (bytes.length > sessionLimits.messageBytes) throw new MessageTooLongError();
  if (bytes.length < 1 + macLengthBytes || bytes[0] !== versionByte) {
    throw new MalformedMessageError("the message is truncated or of another version");
  }
  const authenticated = copyBytes(bytes.subarray(0, bytes.length - macLengthBytes));
  const fields = decodeFieldValues(authenticated.subarray(1), fieldTypes);
  return {
    ratchetKey: decodeAgreementKey(fields.getBytes(1)),
    counter: fields.getNumber(2),
    previousCounter: fields.findNumber(3) ?? 0,
    ciphertext: fields.getBytes(4),
    quantum: fields.findBytes(5) ?? new Uint8Array(0),
    addresses: fields.findBytes(6),
    authenticated,
    mac: copyBytes(bytes.subarray(bytes.length - macLengthBytes)),
  };
}

/** Eight bytes of HMAC-SHA-256. */
export function ratchetMessageMac(
  { hmacSha256 }: Pick<Primitives, "hmacSha256">,
  { macKey, senderIdentity, recipientIdentity, authenticated }: MacInput,
): Bytes {
  const whole = hmacSha256(
    macKey,
    concatBytes(encodeAgreementKey(senderIdentity), encodeAgreementKey(recipientIdentity), authenticated),
  );
  return whole.slice(0, macLengthBytes);
}

/** Whether the MAC of a message is right, in constant time. */
export function hasValidMac(
  primitives: Pick<Primitives, "hmacSha256">,
  { mac, ...input }: MacInput & { readonly mac: Uint8Array },
): boolean {
  return equalBytes(ratchetMessageMac(primitives, input), mac);
}
