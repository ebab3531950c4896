/** Steps on all sessions with one device of a peer (docs/protocol/sessions.md §8): which one sends, and which one opens. */
import { type Bytes, equalBytes } from "@coterie/bytes";
import { AuthenticationFailedError, InvalidPublicKeyError } from "@coterie/primitives";
import { sessionLimits } from "../limits.ts";
import type { DecodedPrekeyMessage } from "../messages/prekey-message.ts";
import type { DecodedRatchetMessage } from "../messages/ratchet-message.ts";
import { type DecryptStep, decryptStep } from "./decrypt-step.ts";
import { encryptStep, type SessionMessage } from "./encrypt-step.ts";
import type { SessionRecord, SessionState } from "./session-state.ts";
import { type LocalDevice, type ResponderPrekeys, respondToSession, type SessionDeps } from "./start-session.ts";

/** How sending ends. */
export type RecordEncryptStep =
  | { readonly kind: "encrypted"; readonly record: SessionRecord; readonly message: SessionMessage }
  /** There is none, or it waited too long for an answer: start one from a bundle. */
  | { readonly kind: "no-session" };

/** How receiving ends. */
export type RecordDecryptStep =
  | { readonly kind: "opened"; readonly record: SessionRecord; readonly plaintext: Bytes }
  | { readonly kind: "no-session" }
  | Exclude<DecryptStep, { kind: "opened" }>;

/** Encrypts with the current session. */
export function encryptWithRecord(
  deps: SessionDeps,
  {
    record,
    plaintext,
    addresses,
    nowMs,
  }: {
    readonly record: SessionRecord;
    readonly plaintext: Uint8Array;
    readonly addresses?: Bytes | undefined;
    readonly nowMs: number;
  },
): RecordEncryptStep {
  const { current } = record;
  if (current === undefined || isStale(current, nowMs)) return { kind: "no-session" };
  const { state, message } = encryptStep(deps, { state: current, plaintext, addresses });
  return { kind: "encrypted", record: { ...record, current: state }, message };
}

/** The record with a new session that sends from now on; the one before is archived. */
export function withNewSession(record: SessionRecord, state: SessionState): SessionRecord {
  return { current: state, archived: archiveCurrent(record).archived };
}

/** The record without a session that sends: the next message needs a bundle. What is under way can still be opened. */
export function archiveCurrent({ current, archived }: SessionRecord): SessionRecord {
  if (current === undefined) return { current, archived };
  return { current: undefined, archived: [current, ...archived].slice(0, sessionLimits.archivedSessions) };
}

/** Opens a message of an existing session: the current one, else the archived one that fits, which becomes current. */
export function decryptWithRecord(
  deps: SessionDeps,
  {
    record,
    message,
    addresses,
  }: {
    readonly record: SessionRecord;
    readonly message: DecodedRatchetMessage;
    readonly addresses?: Bytes | undefined;
  },
): RecordDecryptStep {
  const { current, archived } = record;
  const states = current === undefined ? archived : [current, ...archived];
  // Whatever a message names must be computed before its MAC is known to be wrong: that work is bounded for all archived
  // sessions together, or one message of an attacker would cost forty times the limit.
  const forArchived = Math.floor(sessionLimits.forwardJumps / Math.max(1, archived.length));
  let failure: RecordDecryptStep = states.length === 0 ? { kind: "no-session" } : { kind: "tampered" };
  for (const state of states) {
    const forwardJumps = state === current ? sessionLimits.forwardJumps : forArchived;
    const step = decryptStep(deps, { state, message, addresses, forwardJumps });
    if (step.kind === "opened") {
      return { kind: "opened", record: promote(record, { from: state, to: step.state }), plaintext: step.plaintext };
    }
    // The session was the right one: no other can do better.
    if (step.kind === "duplicate") return step;
    if (step.kind === "out-of-sync") failure = step;
  }
  return failure;
}

/** Whether one of the sessions was made by the message's base key: then its prekeys are not needed again. */
export function findByBaseKey({ current, archived }: SessionRecord, baseKey: Bytes): SessionState | undefined {
  const states = current === undefined ? archived : [current, ...archived];
  return states.find((state) => equalBytes(state.baseKey, baseKey));
}

/** Opens a first message, with the session it made or by making it. */
export function decryptPrekeyWithRecord(
  deps: SessionDeps,
  {
    record,
    message,
    local,
    prekeys,
    addresses,
  }: {
    readonly record: SessionRecord;
    readonly message: DecodedPrekeyMessage;
    readonly local: LocalDevice;
    /** Undefined where the session exists, or where they are gone. */
    readonly prekeys: ResponderPrekeys | undefined;
    readonly addresses?: Bytes | undefined;
  },
): RecordDecryptStep {
  const existing = findByBaseKey(record, message.baseKey);
  if (existing !== undefined) {
    const step = decryptStep(deps, { state: existing, message: message.ratchetMessage, addresses });
    if (step.kind !== "opened") return step;
    return { kind: "opened", record: promote(record, { from: existing, to: step.state }), plaintext: step.plaintext };
  }
  if (prekeys === undefined) return { kind: "no-session" };
  const made = respondOrRefuse(deps, { local, prekeys, message });
  if (made === undefined) return { kind: "tampered" };
  const step = decryptStep(deps, { state: made, message: message.ratchetMessage, addresses });
  if (step.kind !== "opened") return step;
  return { kind: "opened", record: withNewSession(record, step.state), plaintext: step.plaintext };
}

function respondOrRefuse(
  deps: SessionDeps,
  input: {
    readonly local: LocalDevice;
    readonly prekeys: ResponderPrekeys;
    readonly message: DecodedPrekeyMessage;
  },
): SessionState | undefined {
  try {
    return respondToSession(deps, input);
  } catch (error) {
    if (error instanceof InvalidPublicKeyError || error instanceof AuthenticationFailedError) return undefined;
    throw error;
  }
}

function isStale({ unacknowledged }: SessionState, nowMs: number): boolean {
  return unacknowledged !== undefined && nowMs - unacknowledged.createdAtMs > sessionLimits.unacknowledgedMs;
}

function promote(
  { current, archived }: SessionRecord,
  { from, to }: { readonly from: SessionState; readonly to: SessionState },
): SessionRecord {
  if (from === current) return { current: to, archived };
  const others = archived.filter((state) => state !== from);
  return {
    current: to,
    archived: (current === undefined ? others : [current, ...others]).slice(0, sessionLimits.archivedSessions),
  };
}
