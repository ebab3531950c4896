/**
 * Encrypted logs that many write: signed and linked blocks, their causal order, finality, storage and sync. Holds no key: what is inside of a
 * block, a port opens. This file is the table of contents.
 */
export {
  MalformedBlockError,
  type OplogError,
  PositionDroppedError,
  PositionTakenError,
  StateDamagedError,
  StoreClosedError,
  StoreDamagedError,
  StoreFailedError,
  StoreFullError,
  StoreLimitError,
  StoreLockedError,
} from "./errors.ts";
export { oplogLimits } from "./limits.ts";
export type { LogStore, OpenedLogStore, PositionRange, StateChanges, StoreRecovery } from "./storage/log-store.ts";
export { createMemoryLogStore, type MemoryLogStore } from "./storage/memory-log-store.ts";
