/** Errors of this package: one class per stable code. No message contains input. */
import { CoterieError } from "@coterie/bytes";

/** Bytes that are no block, or a block whose parts contradict each other. */
export class MalformedBlockError extends CoterieError {
  readonly code = "oplog/malformed-block";
}

/** A block that cannot be added to a graph of blocks: a mistake of the caller. */
export class BlockNotAddableError extends CoterieError {
  readonly code = "oplog/block-not-addable";
}

/** The intake was called from one of its own ports: a mistake of the caller. */
export class IntakeBusyError extends CoterieError {
  readonly code = "oplog/intake-busy";
}

/** Bytes that do not prove that a writer signed two blocks with one seq. */
export class ForkProofError extends CoterieError {
  readonly code = "oplog/fork-proof";
}

/** Bytes that are no message between client and relay: truncated, too long, trailing bytes, an answer to another question. */
export class MalformedMessageError extends CoterieError {
  readonly code = "oplog/malformed-message";
}

/** A relay could not be reached, did not answer in time, or failed. What was asked may have been carried out. */
export class RelayUnavailableError extends CoterieError {
  readonly code = "oplog/relay-unavailable";
}

/** A relay has too much to do: ask later. Nothing was carried out. */
export class RelayBusyError extends CoterieError {
  readonly code = "oplog/relay-busy";
  constructor() {
    super("the relay has too much to do");
  }
}

/** A relay has no such log, or does not let this client know of it. */
export class UnknownLogError extends CoterieError {
  readonly code = "oplog/unknown-log";
  constructor() {
    super("the relay has no such log");
  }
}

/** A call was ended by its signal. */
export class AbortedError extends CoterieError {
  readonly code = "oplog/aborted";
  constructor() {
    super("the call was ended");
  }
}

/** A call on a store after `close`. */
export class StoreClosedError extends CoterieError {
  readonly code = "oplog/store-closed";
}

/** Another process, tab or store has the log open. */
export class StoreLockedError extends CoterieError {
  readonly code = "oplog/store-locked";
  constructor() {
    super("the log is open elsewhere");
  }
}

/** No room left, on the disk or in the quota. Nothing of the call was stored. */
export class StoreFullError extends CoterieError {
  readonly code = "oplog/store-full";
  constructor() {
    super("there is no room left for the log");
  }
}

/** The device failed. Nothing of the call was acknowledged. */
export class StoreFailedError extends CoterieError {
  readonly code = "oplog/store-failed";
}

/** An argument outside of `oplogLimits`, or a position that the log has not reached: a mistake of the caller. */
export class StoreLimitError extends CoterieError {
  readonly code = "oplog/store-limit";
}

/** A position below the first one that is still there. */
export class PositionDroppedError extends CoterieError {
  readonly code = "oplog/position-dropped";
}

/** A position that is to be healed holds another block, which can be read. */
export class PositionTakenError extends CoterieError {
  readonly code = "oplog/position-taken";
}

/** Blocks at `ranges` (ascending, each `from` up to, not including, `to`) were stored and cannot be read any more. */
export class StoreDamagedError extends CoterieError {
  readonly code = "oplog/store-damaged";
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
  constructor(ranges: readonly { readonly from: number; readonly to: number }[]) {
    super("stored blocks are damaged: fetch them again");
    this.ranges = ranges;
  }
}

/** A value of the state, or all of it, was stored and cannot be read any more. */
export class StateDamagedError extends CoterieError {
  readonly code = "oplog/state-damaged";
  constructor() {
    super("stored state is damaged");
  }
}

/** A block was given to the linearizer that is not the next one of its Dag: a mistake of the host. */
export class BlockOutOfTurnError extends CoterieError {
  readonly code = "oplog/block-out-of-turn";
  constructor() {
    super("the linearizer takes each block of the Dag, in its order");
  }
}

/** Indexers, an interval or an era's start that the linearizer cannot work with: a mistake of the host. */
export class InvalidLinearizerInputError extends CoterieError {
  readonly code = "oplog/invalid-linearizer-input";
}

/** A position of the final order that was not reached, or lies before the linearizer's start. */
export class UnknownPositionError extends CoterieError {
  readonly code = "oplog/unknown-position";
  constructor() {
    super("no final block is known at this position");
  }
}

/** What a device kept of its relays cannot be read: it does not go on as if it had seen nothing. */
export class SyncStateError extends CoterieError {
  readonly code = "oplog/sync-state";
  constructor() {
    super("what was kept of relays cannot be read");
  }
}

/** All errors of this package, for an exhaustive `switch (error.code)`. */
export type OplogError =
  | MalformedBlockError
  | BlockNotAddableError
  | IntakeBusyError
  | ForkProofError
  | MalformedMessageError
  | RelayUnavailableError
  | RelayBusyError
  | UnknownLogError
  | AbortedError
  | SyncStateError
  | StoreClosedError
  | StoreLockedError
  | StoreFullError
  | StoreFailedError
  | StoreLimitError
  | PositionDroppedError
  | PositionTakenError
  | StoreDamagedError
  | StateDamagedError
  | BlockOutOfTurnError
  | InvalidLinearizerInputError
  | UnknownPositionError;
