/**
 * The port to what one log is stored in on one device: its blocks in the order in which this device admitted them, and a little state by
 * name. It takes ciphertext only, by type (docs/protocol/rooms.md §9). Every adapter runs the suite in `@coterie/oplog/contract`.
 */
import type { Ciphertext } from "@coterie/bytes";

/** Positions from `from` up to, not including, `to`. */
export interface PositionRange {
  readonly from: number;
  readonly to: number;
}

/** What the state changes to by name; undefined removes. */
export type StateChanges = ReadonlyMap<string, Ciphertext<"state"> | undefined>;

/**
 * A log of blocks by position: 0, 1, 2 and so on, for ever; a position is never given to another block. One process at a time has it open.
 * Errors of all calls, besides those named: StoreClosedError after `close`; StoreLimitError for numbers, blocks, names and values outside
 * `oplogLimits`; StoreFailedError where the device fails.
 */
export interface LogStore {
  /**
   * Adds blocks at the end, all or none (`oplogLimits.appendBlocks`, `appendBytes`), and gives the position of the first one; the others follow it. Durable when it resolves: only then
   * may a block of one's own be sent. Calls made at once are stored in their order and share the cost of reaching the disk. The caller leaves
   * the bytes as they are until then.
   * @throws StoreFullError without room; StoreFailedError. Nothing of the call is in the log then, and later ones may succeed.
   */
  readonly append: (blocks: readonly Ciphertext<"block">[]) => Promise<number>;
  /**
   * Blocks from `from` on, without a gap: at most `limit`, and fewer where they are long (`oplogLimits.storePageBytes`) or where a damaged one
   * follows. Empty only for `from` = `length()`. The next page begins at `from` plus what came.
   * @throws PositionDroppedError below `first()`; StoreDamagedError where the block at `from` is damaged: it names the positions around it that
   * are, and reading goes on after them
   */
  readonly read: (from: number, limit: number) => Promise<readonly Ciphertext<"block">[]>;
  /** The first position that was not dropped. */
  readonly first: () => number;
  /** The position that the next block gets. */
  readonly length: () => number;
  /** @throws StateDamagedError where what was saved cannot be read any more */
  readonly load: (key: string) => Promise<Ciphertext<"state"> | undefined>;
  /** All changes or none, after those of earlier calls. Durable when it resolves. @throws StoreFullError without room */
  readonly save: (changes: StateChanges) => Promise<void>;
  /**
   * Positions below `before` may be forgotten, and `first()` grows to `before` at most. All other positions stay what they are.
   * @throws StateDamagedError where the saved state is lost: save it anew first
   */
  readonly drop: (before: number) => Promise<void>;
  /**
   * Puts back a damaged block, fetched again from elsewhere. The caller has checked that it is the one (by its hash, which the next one of its
   * writer names). Durable when it resolves; nothing happens where the same block can be read.
   * @throws PositionTakenError where another block can be read; PositionDroppedError
   */
  readonly heal: (position: number, block: Ciphertext<"block">) => Promise<void>;
  /** Reads and checks every block, and names the positions of the damaged ones, ascending. */
  readonly findDamage: () => Promise<readonly PositionRange[]>;
  /** Finishes what was begun, then lets the next process in. Harmless when repeated. */
  readonly close: () => Promise<void>;
}

/** What opening a store found after a crash, or after the disk forgot. All zero and empty after an ordinary `close`. */
export interface StoreRecovery {
  /** Bytes of appends that nobody was told of as durable, cut off the end because they are not whole. */
  readonly cutBytes: number;
  /** Damaged blocks that opening met: it looks at the newest ones only, see {@link LogStore.findDamage}. */
  readonly damaged: readonly PositionRange[];
  /** Damaged copies of the store's own notes that another copy made good. */
  readonly repaired: number;
  /** All saved state is lost: every `load` throws, until `save` begins anew. */
  readonly isStateLost: boolean;
}

/** A store, and what opening it found. */
export interface OpenedLogStore {
  readonly store: LogStore;
  readonly recovery: StoreRecovery;
}
