/** What a linearizer needs and what it says: docs/protocol/rooms.md §4. */
import type { Bytes } from "@coterie/bytes";
import type { FinalityMode } from "./finality-mode.ts";
import type { OrderedDag } from "./ordered-dag.ts";
import type { EraStart, OnCommit, Segment } from "./segment.ts";

/** What `createLinearizer` needs. */
export interface LinearizerInput {
  readonly dag: OrderedDag;
  readonly mode: FinalityMode;
  /** Of the first era: distinct writers by their dense numbers. With `start`, those in it are used. */
  readonly indexers: readonly number[];
  /** An era ends when as many blocks became final since its anchor; at least 1. */
  readonly checkpointInterval: number;
  /** Continues from the beginning of an era. Its anchor must be in the Dag already. */
  readonly start?: EraStart | undefined;
}

/** See `createLinearizer`. */
export interface Linearizer {
  /** Takes the next block of the Dag: each one, in its order. @throws BlockOutOfTurnError */
  readonly add: (block: number) => void;
  /**
   * As `add`, for a block that became final before `start` although the Dag knows no way from the anchor down to it.
   * @throws BlockOutOfTurnError
   */
  readonly addFinal: (block: number) => void;
  /** Commits what can be committed, oldest first, and calls back after each. @throws InvalidLinearizerInputError on bad indexers */
  readonly advance: (onCommit: OnCommit) => readonly Segment[];
  /** How many blocks are final. */
  readonly position: number;
  /** The final block at a position since `start`. @throws UnknownPositionError */
  readonly at: (position: number) => number;
  readonly isFinal: (block: number) => boolean;
  /** What is not final, in the tentative order. */
  readonly tail: () => readonly number[];
  readonly commits: number;
  readonly era: number;
  /** -1 for the genesis. */
  readonly anchor: number;
  readonly indexers: readonly number[];
  /** 32 bytes (§8.2). */
  readonly orderHash: Bytes;
  /** Where the present era began: from it and the blocks that are not below it, another linearizer comes to the same. */
  readonly eraStart: EraStart;
  /**
   * Whether this writer shall write an acknowledgement (§4.2), where `hasOpenValue` says that a block which is not void and holds
   * operations or content is not final. As of the last `advance`; the block so written must have all counted blocks in its past.
   */
  readonly isAckDue: (writer: number, hasOpenValue: boolean) => boolean;
}
