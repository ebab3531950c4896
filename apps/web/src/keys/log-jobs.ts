/**
 * Reading and continuing the organisation's key log, in the worker of key jobs (docs/protocol/key-log.md). The main document
 * sees what a log says only after every signature was verified here.
 */
import { type Bytes, CoterieError, encodeTextForm } from "@coterie/bytes";
import {
  appendEntry,
  decodeKeyLogEntry,
  decodeRememberedHead,
  encodeRememberedHead,
  evaluateKeyLog,
  type KeyLog,
  type KeyLogSigner,
  type KeyLogUpdate,
  parseLogId,
  type RememberedHead,
  rememberHead,
  resumeKeyLog,
} from "@coterie/key-log";
import type { Primitives } from "@coterie/primitives";
import { parseKeyAuthorityFile, unlockKeyAuthorityFile } from "@coterie/sealed-box/key-file";
import { deriveKeyId, parseKeyId } from "@coterie/sealed-box/seal";

/** A log as it was served, and what this browser remembers of it. */
export interface ServedLog {
  /** "corg1…" */
  readonly organisation: string;
  /** First to last; at least one. */
  readonly entries: readonly Uint8Array[];
  /** What {@link VerifiedLog.head} was the last time. */
  readonly remembered: Uint8Array | undefined;
}

/** Verifies a log. */
export interface VerifyLogJob extends ServedLog {
  readonly kind: "verify-log";
}

/** What an authority is asked to sign. */
export type LogChange =
  | { readonly kind: "rotate"; readonly publicKey: Bytes; readonly validForMs: number; readonly graceMs: number }
  | { readonly kind: "retire"; readonly keyId: string; readonly graceMs: number }
  | { readonly kind: "revoke"; readonly keyId: string; readonly sinceMs: number | undefined };

/** Verifies a log and signs what comes next. */
export interface SignLogJob extends ServedLog {
  readonly kind: "sign-log";
  readonly authorityFileText: string;
  readonly passphrase: string;
  readonly change: LogChange;
}

/** One entry, for showing it. */
export interface LogLine {
  readonly seq: number;
  readonly kind: "genesis" | "activate" | "retire" | "revoke" | "authority";
  readonly createdAtMs: number;
  /** "ckey1…", where the entry is about a key. */
  readonly keyId?: string;
  /** End of validity or of grace. */
  readonly untilMs?: number;
  readonly sinceMs?: number;
}

/** Keys as the log says they are now. */
export interface LogKeys {
  readonly active: { readonly keyId: string; readonly validUntilMs: number } | undefined;
  readonly scheduled: readonly { readonly keyId: string; readonly validFromMs: number }[];
  readonly inGrace: readonly { readonly keyId: string; readonly acceptedUntilMs: number }[];
  readonly revoked: readonly { readonly keyId: string; readonly sinceMs: number }[];
  readonly isStale: boolean;
}

/** What a verified log says. */
export interface VerifiedLog {
  /** "clog1…" */
  readonly logId: string;
  /** Ed25519, 32 bytes. */
  readonly authority: Bytes;
  readonly lines: readonly LogLine[];
  readonly keys: LogKeys;
  /** To be remembered in place of the head before. */
  readonly head: Bytes;
}

/** Entries that were signed, not published yet, and the log as it will be with them. */
export interface SignedEntries {
  readonly entries: readonly Bytes[];
  readonly log: VerifiedLog;
}

/** What the jobs need. */
export interface LogJobDeps {
  readonly primitives: Primitives;
  readonly now: () => number;
}

/** What is remembered cannot be read: that is not the same as remembering nothing. */
class DamagedHeadError extends CoterieError {
  readonly code = "web/remembered-log-damaged";
  constructor() {
    super("what this browser remembers of the key log cannot be read");
  }
}

/** Before now, so that a gateway whose clock is behind seals to the key at once. */
const headStartMs = 10 * 60 * 1000;

/** The log, verified against what is remembered; where nothing is, against itself. Throws KeyLogError, DamagedHeadError. */
export async function verifyLog(deps: LogJobDeps, job: ServedLog): Promise<VerifiedLog> {
  return describe(deps, await resume(deps, job));
}

/**
 * The entries of one change, signed by the authority of the file. Throws KeyLogError, KeyFileError, DamagedHeadError with
 * nothing signed.
 */
export async function signLog(deps: LogJobDeps, job: SignLogJob): Promise<SignedEntries> {
  const { primitives } = deps;
  const before = await resume(deps, job);
  const file = parseKeyAuthorityFile(job.authorityFileText);
  const { publicKey, secretKey } = unlockKeyAuthorityFile(deps, { file, passphrase: job.passphrase });
  try {
    const signer: KeyLogSigner = { publicKey, sign: (message) => primitives.sign(secretKey, message) };
    // Never before the last entry: the clock that signed it may have been ahead.
    const createdAtMs = Math.max(deps.now(), before.entries.at(-1)?.createdAtMs ?? 0);
    let log = before;
    for (const update of updatesOf(deps, { before, change: job.change, createdAtMs }))
      log = await appendEntry(primitives, { log, signer, createdAtMs, update });
    const entries = log.entries.slice(before.entries.length).map(({ encoded }) => encoded);
    return { entries, log: describe(deps, log) };
  } finally {
    secretKey.destroy();
  }
}

/** The id of the log that begins with this entry, which nothing vouches for yet. */
function shownLogId({ primitives }: Pick<LogJobDeps, "primitives">, first: Uint8Array): string {
  return encodeTextForm("clog", decodeKeyLogEntry(primitives, first).hash.subarray(0, 20));
}

async function resume(deps: LogJobDeps, { organisation, entries, remembered }: ServedLog): Promise<KeyLog> {
  const rememberedHead = remembered === undefined ? undefined : readHead(deps, remembered);
  const pin = rememberedHead?.logId ?? parseLogId(shownLogId(deps, entries[0] ?? new Uint8Array()));
  return await resumeKeyLog(deps.primitives, { organisation, entries, rememberedHead, pin });
}

function readHead({ primitives }: LogJobDeps, remembered: Uint8Array): RememberedHead {
  try {
    return decodeRememberedHead(primitives, remembered);
  } catch {
    throw new DamagedHeadError();
  }
}

function updatesOf(
  { primitives }: LogJobDeps,
  {
    before,
    change,
    createdAtMs,
  }: { readonly before: KeyLog; readonly change: LogChange; readonly createdAtMs: number },
): KeyLogUpdate[] {
  switch (change.kind) {
    case "rotate": {
      const { publicKey, validForMs, graceMs } = change;
      const validUntilMs = createdAtMs + validForMs;
      const activate: KeyLogUpdate = {
        kind: "activate",
        publicKey,
        validFromMs: createdAtMs - headStartMs,
        validUntilMs,
      };
      const { active } = evaluateKeyLog(before, createdAtMs);
      if (active === undefined || active.keyId === deriveKeyId(primitives, publicKey)) return [activate];
      const graceUntilMs = Math.min(createdAtMs + graceMs, active.validUntilMs);
      return [activate, { kind: "retire", keyId: active.keyId, graceUntilMs }];
    }
    case "retire": {
      const keyId = parseKeyId(change.keyId);
      const validUntilMs = before.activations.findLast((one) => one.keyId === keyId)?.validUntilMs ?? 0;
      return [{ kind: "retire", keyId, graceUntilMs: Math.min(createdAtMs + change.graceMs, validUntilMs) }];
    }
    case "revoke":
      return [{ kind: "revoke", keyId: parseKeyId(change.keyId), sinceMs: change.sinceMs ?? createdAtMs }];
  }
}

function describe({ primitives, now }: LogJobDeps, log: KeyLog): VerifiedLog {
  const { active, scheduled, inGrace, revoked, isStale } = evaluateKeyLog(log, now());
  return {
    logId: log.logId,
    authority: log.authority,
    lines: log.entries.map((entry) => lineOf(primitives, entry)),
    keys: {
      active: active === undefined ? undefined : { keyId: active.keyId, validUntilMs: active.validUntilMs },
      scheduled: scheduled.map(({ keyId, validFromMs }) => ({ keyId, validFromMs })),
      inGrace: inGrace.map(({ keyId, acceptedUntilMs }) => ({ keyId, acceptedUntilMs })),
      revoked: revoked.map(({ keyId, sinceMs }) => ({ keyId, sinceMs })),
      isStale,
    },
    head: encodeRememberedHead(rememberHead(log)),
  };
}

function lineOf(primitives: Primitives, { seq, change, createdAtMs }: KeyLog["entries"][number]): LogLine {
  const line = { seq, kind: change.kind, createdAtMs };
  switch (change.kind) {
    case "genesis":
    case "authority":
      return line;
    case "activate":
      return { ...line, keyId: deriveKeyId(primitives, change.publicKey), untilMs: change.validUntilMs };
    case "retire":
      return { ...line, keyId: change.keyId, untilMs: change.graceUntilMs };
    case "revoke":
      return { ...line, keyId: change.keyId, sinceMs: change.sinceMs };
  }
}
