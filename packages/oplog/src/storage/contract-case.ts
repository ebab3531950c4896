/** What a test of the contract of log stores is given. */
import type { LogStore, OpenedLogStore } from "./log-store.ts";

/** A store with what the suite needs to reopen and to damage it. */
export interface MadeLogStore {
  readonly store: LogStore;
  /** Closes the store and opens its content again, where that outlives the store. */
  readonly reopen?: () => Promise<OpenedLogStore>;
  /** Closes the store, changes a stored byte of the block at `position`, and opens again; where a store can be damaged from outside. */
  readonly damage?: (position: number) => Promise<OpenedLogStore>;
}

/** Gives the store that is open at the end, where it is another one. */
export type ContractTest = (made: MadeLogStore) => Promise<LogStore | undefined>;
