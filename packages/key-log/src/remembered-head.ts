/**
 * What a client keeps of a log it has seen (docs/protocol/key-log.md §8), so that the next one it is shown can be told from
 * a shortened, an older or another one. Not secret; who can change it can make the client forget.
 */
import { type Bytes, encodeFields, equalBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { decodeKeyLogEntry, ofLength, strictly } from "./entry.ts";
import { KeyLogForkedError, KeyLogMalformedError, KeyLogReplacedError, KeyLogRolledBackError } from "./errors.ts";
import { verifyForkProof } from "./fork-proof.ts";
import { headOf, type KeyLog, type KeyLogDeps } from "./key-log.ts";
import { keyLogLabels } from "./labels.ts";
import { keyLogLimits } from "./limits.ts";
import { type LogId, logIdBytes, logIdFromBytes } from "./log-id.ts";

/** The last entry of a log that was seen. */
export interface RememberedHead {
  readonly organisation: string;
  readonly logId: LogId;
  readonly seq: number;
  /** 32 bytes. */
  readonly hash: Bytes;
  /** The entry itself: half of a fork proof, should another one turn up in its place. */
  readonly entry: Bytes;
}

/** The record to keep after a log was verified, in place of the one before. */
export function rememberHead(log: KeyLog): RememberedHead {
  const { seq, hash, encoded } = headOf(log);
  return { organisation: log.organisation, logId: log.logId, seq, hash, entry: encoded };
}

/** The record as it is stored. */
export function encodeRememberedHead({ logId, entry }: RememberedHead): Bytes {
  return encodeFields(keyLogLabels.rememberedHead, logIdBytes(logId), entry);
}

/**
 * The record from storage.
 * @throws KeyLogMalformedError, KeyLogUnknownVersionError, KeyLogTooLargeError where it is damaged: a client that cannot
 * read what it remembers does not go on as if it had never seen the log
 */
export function decodeRememberedHead(deps: Pick<Primitives, "sha256">, encoded: Uint8Array): RememberedHead {
  return strictly(encoded, (reader) => {
    if (reader.text() !== keyLogLabels.rememberedHead) throw new KeyLogMalformedError("not a remembered head");
    const logId = logIdFromBytes(ofLength(reader.bytes(), 20));
    const entry = reader.bytes(keyLogLimits.entryLengthBytes);
    const { organisation, seq, hash } = decodeKeyLogEntry(deps, entry);
    return { organisation, logId, seq, hash, entry };
  });
}

/** Throws KeyLogReplacedError, KeyLogRolledBackError or KeyLogForkedError unless `log` continues what is remembered. */
export async function requireContinues(
  deps: KeyLogDeps,
  { log, remembered }: { readonly log: KeyLog; readonly remembered: RememberedHead },
): Promise<void> {
  if (log.logId !== remembered.logId) throw new KeyLogReplacedError();
  const entry = log.entries[remembered.seq];
  const authority = log.signers[remembered.seq];
  if (entry === undefined || authority === undefined) throw new KeyLogRolledBackError();
  if (equalBytes(entry.hash, remembered.hash)) return;
  const proof = { left: remembered.entry, right: entry.encoded };
  // Where the branches parted before a change of the authority, the proof lies further back: see `findFork`.
  throw new KeyLogForkedError((await verifyForkProof(deps, { proof, authority })) ? proof : undefined);
}
