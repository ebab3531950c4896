/** What clients do when a session is missing or broken (docs/protocol/sessions.md §8.5): one place for the order of steps. */
import type { Bytes, Plaintext } from "@coterie/bytes";
import type { PrekeyBundle } from "../keys/bundle.ts";
import { decodePrekeyMessage } from "../messages/prekey-message.ts";
import { decodeRatchetMessage } from "../messages/ratchet-message.ts";
import { encodeResendRequest, type ResendRequest } from "../messages/resend-request.ts";
import type { SessionMessage } from "../session/encrypt-step.ts";
import type { DecryptOutcome, SessionCipher } from "./session-cipher.ts";

/** How sending with or without a session ends. */
export type SendOutcome =
  | { readonly kind: "encrypted"; readonly message: SessionMessage; readonly startedSession: boolean }
  /** The peer's identity key is another one than the accepted: nothing was encrypted. */
  | { readonly kind: "identity-changed"; readonly identityKey: Bytes }
  /** There is no such device any more. */
  | { readonly kind: "no-bundle" };

/** What is sent, and where a bundle comes from if one is needed; undefined where the device is gone. */
export interface SendInput {
  readonly peer: string;
  readonly plaintext: Plaintext;
  readonly fetchBundle: () => Promise<PrekeyBundle | undefined>;
}

/**
 * Encrypts; where there is no session, starts one and encrypts again.
 * @throws InvalidBundleError where the bundle that was fetched is not in order
 */
export async function encryptOrStart(
  cipher: Pick<SessionCipher, "encrypt" | "start">,
  { peer, plaintext, fetchBundle }: SendInput,
): Promise<SendOutcome> {
  const first = await cipher.encrypt(peer, plaintext);
  if (first.kind === "encrypted") return { ...first, startedSession: false };
  const bundle = await fetchBundle();
  if (bundle === undefined) return { kind: "no-bundle" };
  const started = await cipher.start(peer, bundle);
  if (started.kind === "identity-changed") return started;
  const second = await cipher.encrypt(peer, plaintext);
  // A session that was just started sends; it would take thirty days to stop.
  return second.kind === "encrypted" ? { ...second, startedSession: true } : { kind: "no-bundle" };
}

/** A message that could not be opened: when it was sent, and by which device. */
export interface FailedMessage {
  readonly message: SessionMessage;
  readonly sentAtMs: number;
  readonly deviceId: number;
}

/**
 * The request to send, where asking again helps; undefined where it does not: the message was opened, is a repetition, was changed
 * on the way, or waits for a person to accept an identity key.
 */
export function resendRequestFor(outcome: DecryptOutcome, failed: FailedMessage): Bytes | undefined {
  switch (outcome.kind) {
    case "no-session":
    case "out-of-sync":
    case "stale-prekey":
      return encodeResendRequest(requestOf(failed));
    case "opened":
    case "duplicate":
    case "tampered":
    case "identity-changed":
      return undefined;
  }
}

function requestOf({ message, sentAtMs, deviceId }: FailedMessage): ResendRequest {
  const { ratchetKey } =
    message.kind === "prekey" ? decodePrekeyMessage(message.bytes).ratchetMessage : decodeRatchetMessage(message.bytes);
  return { ratchetKey, sentAtMs, deviceId };
}

/** Answers a request: the session is reset where it is the one that failed, then the message goes out again. */
export async function resend(
  cipher: Pick<SessionCipher, "encrypt" | "start" | "resetIfCurrent">,
  { request, ...input }: SendInput & { readonly request: ResendRequest },
): Promise<SendOutcome> {
  await cipher.resetIfCurrent(input.peer, request);
  return await encryptOrStart(cipher, input);
}
