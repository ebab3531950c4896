/** What a log says about keys at one time (docs/protocol/key-log.md §6): a pure function of a verified log and the clock. */
import type { Bytes } from "@coterie/bytes";
import type { KeyId } from "@coterie/primitives";
import type { KeyLog } from "./key-log.ts";
import type { Activation } from "./replay.ts";

/** A key to which may be sealed now. */
export interface ActiveKey {
  readonly keyId: KeyId;
  /** X25519, 32 bytes; checked to be canonical and not of low order. */
  readonly publicKey: Bytes;
  readonly validFromMs: number;
  readonly validUntilMs: number;
}

/** A key that was active: what was sealed to it is accepted for a while, nothing new is sealed to it. */
export interface GraceKey {
  readonly keyId: KeyId;
  readonly publicKey: Bytes;
  readonly acceptedUntilMs: number;
}

/** A key to which nothing is sealed and from which nothing is accepted. */
export interface RevokedKey {
  readonly keyId: KeyId;
  readonly publicKey: Bytes;
  /** From when on the organisation no longer trusts it: what was sealed since may have been read by others. */
  readonly sinceMs: number;
}

/** The keys of an organisation at one time. */
export interface KeyLogKeys {
  /** Undefined where the organisation has none now: then nothing is sealed. */
  readonly active: ActiveKey | undefined;
  readonly scheduled: readonly ActiveKey[];
  readonly inGrace: readonly GraceKey[];
  readonly revoked: readonly RevokedKey[];
  /** The last activated key was neither retired nor revoked, and its validity is over. */
  readonly isStale: boolean;
}

/** The key that whoever seals uses, and whether the log is out of date. */
export interface CurrentKey extends Pick<KeyLogKeys, "active" | "isStale"> {
  /** Activations that count by now, in the order of the log. */
  readonly started: readonly Activation[];
}

/** The keys at `nowMs`. Where the clock is not a number, no key is active. */
export function evaluateKeyLog(log: KeyLog, nowMs: number): KeyLogKeys {
  const { active, isStale, started } = evaluateCurrentKey(log, nowMs);
  return {
    active,
    scheduled: lastOfEachKey(log.activations)
      .filter((one) => one.validFromMs > nowMs && !isRevoked(log, one) && !isRetired(log, one))
      .map(activeKeyOf),
    inGrace: keysInGrace(log, { started, nowMs }).filter(({ keyId }) => keyId !== active?.keyId),
    revoked: lastOfEachKey(log.activations).flatMap(({ keyId, publicKey }) => {
      const revocation = log.revocations.get(keyId);
      return revocation === undefined ? [] : [{ keyId, publicKey, sinceMs: revocation.sinceMs }];
    }),
    isStale,
  };
}

/** The part of {@link evaluateKeyLog} that sealing needs. */
export function evaluateCurrentKey(log: KeyLog, nowMs: number): CurrentKey {
  const started = log.activations.filter((one) => one.validFromMs <= nowMs && !isCancelled(log, one));
  // The one that was activated last: the keys before it never come back by themselves.
  const current = started.at(-1);
  const isAlive = current !== undefined && !isRevoked(log, current) && !isRetired(log, current);
  const isValid = current !== undefined && nowMs < current.validUntilMs;
  return { active: isAlive && isValid ? activeKeyOf(current) : undefined, isStale: isAlive && !isValid, started };
}

/** Whether a submission that was sealed to this key is accepted: it is active or in grace. */
export function acceptsKey({ active, inGrace }: KeyLogKeys, keyId: KeyId): boolean {
  return active?.keyId === keyId || inGrace.some((key) => key.keyId === keyId);
}

// Whatever was active once is accepted until its validity is over, unless it was retired to an earlier time or revoked.
function keysInGrace(
  log: KeyLog,
  { started, nowMs }: { readonly started: readonly Activation[]; readonly nowMs: number },
): GraceKey[] {
  return lastOfEachKey(started).flatMap((one) => {
    const { keyId, publicKey, validUntilMs } = one;
    const grace = isRetired(log, one) ? log.retirements.get(keyId)?.graceUntilMs : undefined;
    const acceptedUntilMs = Math.min(validUntilMs, grace ?? validUntilMs);
    return isRevoked(log, one) || nowMs >= acceptedUntilMs ? [] : [{ keyId, publicKey, acceptedUntilMs }];
  });
}

function lastOfEachKey(activations: readonly Activation[]): Activation[] {
  const lastByKey = new Map<KeyId, Activation>();
  for (const activation of activations) lastByKey.set(activation.keyId, activation);
  return [...lastByKey.values()];
}

// Activating a retired key again ends its retirement.
function isRetired({ retirements }: KeyLog, { keyId, seq }: Activation): boolean {
  const retirement = retirements.get(keyId);
  return retirement !== undefined && retirement.seq > seq;
}

// Retired or revoked before it began: such an activation does not end the one before it.
function isCancelled(log: KeyLog, { seq, keyId, validFromMs }: Activation): boolean {
  return log.entries
    .slice(seq + 1)
    .some(
      ({ change, createdAtMs }) =>
        (change.kind === "retire" || change.kind === "revoke") && change.keyId === keyId && createdAtMs < validFromMs,
    );
}

function isRevoked({ revocations }: KeyLog, { keyId }: Activation): boolean {
  return revocations.has(keyId);
}

function activeKeyOf({ keyId, publicKey, validFromMs, validUntilMs }: Activation): ActiveKey {
  return { keyId, publicKey, validFromMs, validUntilMs };
}
