/**
 * The first messages of a session (docs/protocol/sessions.md §4): what the responder needs to make the session, around a ratchet
 * message. Outside of that one nothing here is authenticated once the session exists.
 */
import { type Bytes, concatBytes } from "@coterie/bytes";
import { MalformedMessageError, MessageTooLongError } from "../errors.ts";
import { decodeAgreementKey, decodeKyber, encodeAgreementKey, encodeKyber } from "../keys/public-key.ts";
import { sessionLimits } from "../limits.ts";
import { decodeFieldValues, encodeFieldValues, type FieldTypes } from "./protobuf-fields.ts";
import { type DecodedRatchetMessage, decodeRatchetMessage, versionByte } from "./ratchet-message.ts";

/** The fields of a prekey message. */
export interface PrekeyMessage {
  readonly registrationId: number;
  /** The one-time prekey, where the bundle had one. */
  readonly oneTimePrekeyId: number | undefined;
  readonly signedPrekeyId: number;
  readonly kemPrekeyId: number;
  readonly kemCiphertext: Bytes;
  readonly baseKey: Bytes;
  readonly identityKey: Bytes;
  /** A whole ratchet message with its MAC. */
  readonly message: Bytes;
}

/** A prekey message with the ratchet message inside. */
export interface DecodedPrekeyMessage extends PrekeyMessage {
  readonly ratchetMessage: DecodedRatchetMessage;
}

const fieldTypes: FieldTypes = {
  1: "number",
  2: "bytes",
  3: "bytes",
  4: "bytes",
  5: "number",
  6: "number",
  7: "number",
  8: "bytes",
};

/** The whole message; it has no MAC of its own. */
export function encodePrekeyMessage(message: PrekeyMessage): Bytes {
  return concatBytes(
    Uint8Array.of(versionByte),
    encodeFieldValues([
      [1, message.oneTimePrekeyId],
      [2, encodeAgreementKey(message.baseKey)],
      [3, encodeAgreementKey(message.identityKey)],
      [4, message.message],
      [5, message.registrationId],
      [6, message.signedPrekeyId],
      [7, message.kemPrekeyId],
      [8, encodeKyber(message.kemCiphertext)],
    ]),
  );
}

/** @throws MalformedMessageError, MessageTooLongError */
export function decodePrekeyMessage(bytes: Uint8Array): DecodedPrekeyMessage {
  if (bytes.length > sessionLimits.messageBytes) throw new MessageTooLongError();
  if (bytes[0] !== versionByte) throw new MalformedMessageError("the message is of another version");
  const fields = decodeFieldValues(bytes.subarray(1), fieldTypes);
  const message = fields.getBytes(4);
  return {
    oneTimePrekeyId: fields.findNumber(1),
    baseKey: decodeAgreementKey(fields.getBytes(2)),
    identityKey: decodeAgreementKey(fields.getBytes(3)),
    message,
    ratchetMessage: decodeRatchetMessage(message),
    registrationId: fields.findNumber(5) ?? 0,
    signedPrekeyId: fields.getNumber(6),
    kemPrekeyId: fields.getNumber(7),
    kemCiphertext: decodeKyber(fields.getBytes(8)),
  };
}
