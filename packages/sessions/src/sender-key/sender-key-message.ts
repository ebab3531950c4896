/** Messages of sender keys (docs/protocol/sessions.md §12): one ciphertext for a whole group, signed by its sender. */
import { type Bytes, concatBytes, copyBytes } from "@coterie/bytes";
import { MalformedMessageError, MessageTooLongError } from "../errors.ts";
import { decodeAgreementKey, encodeAgreementKey } from "../keys/public-key.ts";
import { sessionLimits } from "../limits.ts";
import { decodeFieldValues, encodeFieldValues } from "../messages/protobuf-fields.ts";

const versionByte = 0x33;
const distributionIdLengthBytes = 16;
const signatureLengthBytes = 64;
const largestChainId = 0x7fff_ffff;

/** A message to a group. */
export interface SenderKeyMessage {
  readonly distributionId: Bytes;
  readonly chainId: number;
  readonly iteration: number;
  readonly ciphertext: Bytes;
}

/** A message with what its signature is about. */
export interface DecodedSenderKeyMessage extends SenderKeyMessage {
  readonly signed: Bytes;
  readonly signature: Bytes;
}

/** What a member needs to read a sender from now on; it travels inside sessions only. */
export interface SenderKeyDistribution {
  readonly distributionId: Bytes;
  readonly chainId: number;
  readonly iteration: number;
  readonly chainKey: Bytes;
  readonly signingKey: Bytes;
}

/** Version byte and fields, to which the signature is appended. */
export function encodeSenderKeyMessage(message: SenderKeyMessage): Bytes {
  return concatBytes(
    Uint8Array.of(versionByte),
    encodeFieldValues([
      [1, message.distributionId],
      [2, message.chainId],
      [3, message.iteration],
      [4, message.ciphertext],
    ]),
  );
}

/** @throws MalformedMessageError, MessageTooLongError */
export function decodeSenderKeyMessage(bytes: Uint8Array): DecodedSenderKeyMessage {
  if (bytes.length > sessionLimits.messageBytes) throw new MessageTooLongError();
  if (bytes.length <= signatureLengthBytes || bytes[0] !== versionByte) {
    throw new MalformedMessageError("the message is truncated or of another version");
  }
  const signed = copyBytes(bytes.subarray(0, bytes.length - signatureLengthBytes));
  const fields = decodeFieldValues(signed.subarray(1), { 1: "bytes", 2: "number", 3: "number", 4: "bytes" });
  return {
    distributionId: fields.getBytes(1, distributionIdLengthBytes),
    chainId: fields.getNumber(2),
    iteration: fields.getNumber(3),
    ciphertext: fields.getBytes(4),
    signed,
    signature: copyBytes(bytes.subarray(bytes.length - signatureLengthBytes)),
  };
}

/** The whole distribution message. It holds a secret: only ever send it encrypted. */
export function encodeSenderKeyDistribution(distribution: SenderKeyDistribution): Bytes {
  return concatBytes(
    Uint8Array.of(versionByte),
    encodeFieldValues([
      [1, distribution.distributionId],
      [2, distribution.chainId],
      [3, distribution.iteration],
      [4, distribution.chainKey],
      [5, encodeAgreementKey(distribution.signingKey)],
    ]),
  );
}

/** @throws MalformedMessageError */
export function decodeSenderKeyDistribution(bytes: Uint8Array): SenderKeyDistribution {
  if (bytes[0] !== versionByte) throw new MalformedMessageError("the message is of another version");
  const types = { 1: "bytes", 2: "number", 3: "number", 4: "bytes", 5: "bytes" } as const;
  const fields = decodeFieldValues(bytes.subarray(1), types);
  const chainId = fields.getNumber(2);
  if (chainId > largestChainId) throw new MalformedMessageError("a number is too large");
  return {
    distributionId: fields.getBytes(1, distributionIdLengthBytes),
    chainId,
    iteration: fields.getNumber(3),
    chainKey: fields.getBytes(4, 32),
    signingKey: decodeAgreementKey(fields.getBytes(5)),
  };
}
