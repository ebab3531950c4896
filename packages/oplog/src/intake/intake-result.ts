/** What comes of giving blocks to the intake. */
import type { Bytes } from "@coterie/bytes";
import type { BlockIndex } from "../dag/dag.ts";
import type { Envelope } from "../format/envelope.ts";
import type { AdmittedBlock } from "./block-opener.ts";

/** Why a block was refused. All but "bad-signature" and "crowded-out" hold for the block for ever. */
export type BlockRefusalReason =
  /** It names another log. */
  | "other-log"
  /** This copy is not signed by its writer; another copy may be. */
  | "bad-signature"
  /** The opener refused it. */
  | "not-opened"
  /** Its control part does not have the form that §2.2 fixes, or contradicts the envelope. */
  | "malformed-control"
  /** `previous` is not the block of its writer with the seq before. */
  | "wrong-previous"
  /** lamport is not 1 + the greatest of the parents'. */
  | "wrong-lamport"
  /** Its author claims to know fewer commits than a parent's. */
  | "commits-decrease"
  /** The host finds it malformed by what it builds on. */
  | "malformed-by-past"
  /** It builds on a block that was refused. */
  | "builds-on-refused"
  /** It waited longest when too many did. It may be fetched again. */
  | "crowded-out";

/** Something that came in and is no part of the log. */
export type BlockRefusal =
  /** `position`: which one of those that were received. */
  | { readonly reason: "not-a-block"; readonly position: number }
  | (BlockRefusalCause & { readonly hash: Bytes; readonly writer: Bytes; readonly seq: number });

/** A reason, with what the opener or the host said where it is they that refused. */
export interface BlockRefusalCause {
  readonly reason: BlockRefusalReason;
  readonly detail?: string;
}

/** Two blocks of one writer with one seq (§3.3), where their chains part. */
export interface Fork {
  readonly writer: Bytes;
  readonly seq: number;
  /** The one that was admitted first, and the other one. */
  readonly blocks: readonly [BlockIndex, BlockIndex];
}

/** What one call changed. */
export interface IntakeResult {
  /** In the order of admission: parents first. */
  readonly admitted: readonly AdmittedBlock[];
  readonly forks: readonly Fork[];
  readonly refused: readonly BlockRefusal[];
  /** Hashes to fetch: first missed in this call, or what came for them was refused or crowded out. */
  readonly missing: readonly Bytes[];
}

/** What waits, and for what. */
export interface WaitingBlocks {
  readonly blocks: number;
  /** An estimate of the memory that they take. */
  readonly lengthBytes: number;
  /** All hashes that some block builds on and that are not here. */
  readonly missing: readonly Bytes[];
  /** Ids of the epochs whose keys are missed. */
  readonly lockedEpochs: readonly Bytes[];
  /** How many wait for commits alone. */
  readonly awaitingCommits: number;
}

/** What is told of a block that was refused. */
export function refusalOf({ hash, header: { writer, seq } }: Envelope, cause: BlockRefusalCause): BlockRefusal {
  return { ...cause, hash, writer, seq };
}
