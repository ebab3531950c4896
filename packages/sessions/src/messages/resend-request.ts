/**
 * Asking for a message again (docs/protocol/sessions.md §8.3): what could not be opened is named by the ratchet key it came under
 * and its time. It travels in clear inside the transport where there is no session, and says nothing of content.
 */
import { type Bytes, concatBytes, equalBytes } from "@coterie/bytes";
import { MalformedMessageError } from "../errors.ts";
import { decodeAgreementKey, encodeAgreementKey } from "../keys/public-key.ts";
import { decodeFieldValues, encodeFieldValues } from "./protobuf-fields.ts";
import type { SessionRecord } from "../session/session-state.ts";

/** Which message could not be opened. */
export interface ResendRequest {
  /** The ratchet key of the message; undefined for group messages, which have none. */
  readonly ratchetKey: Bytes | undefined;
  /** When the message was sent, by the sender's clock: its name between the two. */
  readonly sentAtMs: number;
  /** The device that sent the message. */
  readonly deviceId: number;
}

const plaintextContentType = 0xc0;
const paddingEnd = 0x80;
const resendField = 8;

/** The request as a plaintext message: 0xC0, a content with the request as its only field, and the padding's end. */
export function encodeResendRequest({ ratchetKey, sentAtMs, deviceId }: ResendRequest): Bytes {
  const request = encodeFieldValues([
    [1, ratchetKey === undefined ? undefined : encodeAgreementKey(ratchetKey)],
    [2, sentAtMs],
    [3, deviceId],
  ]);
  const content = encodeFieldValues([[resendField, request]]);
  return concatBytes(Uint8Array.of(plaintextContentType), content, Uint8Array.of(paddingEnd));
}

/** @throws MalformedMessageError */
export function decodeResendRequest(bytes: Uint8Array): ResendRequest {
  if (bytes[0] !== plaintextContentType || bytes.at(-1) !== paddingEnd || bytes.length < 2) {
    throw new MalformedMessageError("the request is malformed");
  }
  const content = decodeFieldValues(bytes.subarray(1, -1), { [resendField]: "bytes" });
  const fields = decodeFieldValues(content.getBytes(resendField), { 1: "bytes", 2: "number", 3: "number" });
  const ratchetKey = fields.findBytes(1);
  return {
    ratchetKey: ratchetKey === undefined ? undefined : decodeAgreementKey(ratchetKey),
    sentAtMs: fields.getLongNumber(2),
    deviceId: fields.getNumber(3),
  };
}

/**
 * Whether the session that sends now is the one the peer could not open: then it must be reset before anything is sent again. A
 * request about an older one needs no reset; so a replayed request cannot make us throw good sessions away.
 */
export function concernsCurrentSession({ current }: SessionRecord, { ratchetKey }: ResendRequest): boolean {
  return current !== undefined && ratchetKey !== undefined && equalBytes(current.sender.keyPair.publicKey, ratchetKey);
}
