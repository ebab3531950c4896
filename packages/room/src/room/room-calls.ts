/** What callers of a room give and get. */
import type { Bytes } from "@coterie/bytes";
import type { IntakeResult } from "@coterie/oplog";
import type { Operation } from "../membership/operation.ts";
import type { Proposer } from "../membership/propose.ts";

/** A block of one's own that is durable, and may be sent. */
export interface WrittenBlock {
  readonly hash: Bytes;
  readonly seq: number;
  readonly epochId: Bytes;
}

/** Operations of the next block, made from what is known when its turn comes. */
export type ProposeOperations = (proposer: Proposer) => readonly Operation[];

/** What came of blocks from outside. */
export interface ReceivedBlocks {
  readonly admitted: number;
  /** Hashes of blocks that others build on and that are not here. */
  readonly missing: readonly Bytes[];
  readonly refused: IntakeResult["refused"];
  /** Forks that these blocks brought to light. */
  readonly forks: IntakeResult["forks"];
}
