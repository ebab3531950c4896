/** Making a log and adding to it, on the premises where the authority key is (docs/protocol/key-log.md §5). */
import { type Bytes, equalBytes } from "@coterie/bytes";
import type { KeyId } from "@coterie/primitives";
import { counterSignedBytes, encodeEntryBody, encodeSignedEntry, type KeyLogChange } from "./entry.ts";
import { KeyLogBadSignatureError, KeyLogWrongSignerError } from "./errors.ts";
import { headOf, type KeyLog, type KeyLogDeps, verifySignatures } from "./key-log.ts";
import { replayEntries } from "./replay.ts";

/** Who holds an Ed25519 authority key: a key file, a device, a hardware token. This package never sees the secret. */
export interface KeyLogSigner {
  /** 32 bytes. */
  readonly publicKey: Bytes;
  /** Ed25519 over exactly `message`, 64 bytes. */
  readonly sign: (message: Bytes) => Bytes | Promise<Bytes>;
}

/** What an authority can add. Times are milliseconds since 1970. */
export type KeyLogUpdate =
  | {
      readonly kind: "activate";
      /** X25519, 32 bytes. */
      readonly publicKey: Bytes;
      readonly validFromMs: number;
      /** At most two years after the entry. */
      readonly validUntilMs: number;
    }
  | { readonly kind: "retire"; readonly keyId: KeyId; readonly graceUntilMs: number }
  | { readonly kind: "revoke"; readonly keyId: KeyId; readonly sinceMs: number }
  /** Hands the log over to another authority key, which signs as well. */
  | { readonly kind: "authority"; readonly newSigner: KeyLogSigner };

/** The beginning of a log. */
export interface CreateKeyLogInput {
  /** "corg1…". */
  readonly organisation: string;
  readonly signer: KeyLogSigner;
  readonly createdAtMs: number;
  /** The first key, added as an entry of its own, so that there is one way to activate a key. */
  readonly firstKey?: Omit<Extract<KeyLogUpdate, { kind: "activate" }>, "kind"> | undefined;
}

/**
 * A new log; pin its `logId`. Whoever holds the authority key decides over the organisation's keys: it stays on premises.
 * @throws KeyLogInvalidKeyError, KeyLogAgainstRulesError, KeyLogBadSignatureError with nothing made
 */
export async function createKeyLog(
  deps: KeyLogDeps,
  { organisation, signer, createdAtMs, firstKey }: CreateKeyLogInput,
): Promise<KeyLog> {
  const change: KeyLogChange = { kind: "genesis", authority: signer.publicKey };
  const body = encodeEntryBody({ organisation, seq: 0, previous: new Uint8Array(32), change, createdAtMs });
  const log = await withEntry(deps, { entries: [], body, signers: [signer] });
  if (firstKey === undefined) return log;
  return appendEntry(deps, { log, signer, createdAtMs, update: { kind: "activate", ...firstKey } });
}

/**
 * The log with one entry more. Publish it only if nobody else appended meanwhile, and never publish another entry with its
 * seq: two signed entries in one place are proof of a fork, and clients refuse both branches.
 * @throws KeyLogWrongSignerError, KeyLogTooLargeError, KeyLogInvalidKeyError, KeyLogAgainstRulesError,
 * KeyLogBadSignatureError with nothing made
 */
export async function appendEntry(
  deps: KeyLogDeps,
  {
    log,
    signer,
    update,
    createdAtMs,
  }: {
    readonly log: KeyLog;
    readonly signer: KeyLogSigner;
    readonly update: KeyLogUpdate;
    readonly createdAtMs: number;
  },
): Promise<KeyLog> {
  if (!equalBytes(signer.publicKey, log.authority)) throw new KeyLogWrongSignerError();
  const { organisation } = log;
  const { seq, hash } = headOf(log);
  const body = encodeEntryBody({ organisation, seq: seq + 1, previous: hash, change: changeOf(update), createdAtMs });
  const signers = update.kind === "authority" ? [signer, update.newSigner] : [signer];
  return withEntry(deps, { entries: log.entries.map(({ encoded }) => encoded), body, signers });
}

// The rules are checked before anything is signed: a signed entry that breaks them would exist for ever.
async function withEntry(
  deps: KeyLogDeps,
  {
    entries,
    body,
    signers,
  }: {
    readonly entries: readonly Bytes[];
    readonly body: Bytes;
    readonly signers: readonly KeyLogSigner[];
  },
): Promise<KeyLog> {
  const placeholders = signers.map(() => new Uint8Array(64));
  replayEntries(deps, [...entries, encodeSignedEntry(body, placeholders)]);
  const signatures: Bytes[] = [];
  for (const [place, signer] of signers.entries())
    signatures.push(await signer.sign(place === 0 ? body : counterSignedBytes(body)));
  if (signatures.some(({ length }) => length !== 64)) throw new KeyLogBadSignatureError();
  return verifySignatures(deps, replayEntries(deps, [...entries, encodeSignedEntry(body, signatures)]));
}

function changeOf(update: KeyLogUpdate): KeyLogChange {
  return update.kind === "authority" ? { kind: "authority", authority: update.newSigner.publicKey } : update;
}
