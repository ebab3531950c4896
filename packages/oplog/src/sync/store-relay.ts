/** A peer's own store as a relay that can only be read: the same messages then serve from peer to peer. */
import { equalBytes } from "@coterie/bytes";
import { requireNotAborted } from "./abort.ts";
import { createBlockReader, type ReadLog } from "./block-reader.ts";
import type { Relay, RelayHost } from "./relay.ts";

/** A store to serve. */
export interface StoreRelayInput extends ReadLog {
  /** Tells `listener` of new blocks, until what it returns is called. */
  readonly subscribe: Relay["subscribe"];
}

/** Serves what is in the store, and refuses to write. */
export function createStoreRelay({ source, index, subscribe }: StoreRelayInput): Relay {
  return {
    ...createBlockReader({ source, index }),
    append: async ({ envelopes }) => envelopes.map(() => ({ kind: "refused", reason: "read-only" })),
    putChunk: async () => ({ kind: "refused", reason: "read-only" }),
    getChunk: async () => undefined,
    subscribe,
  };
}

/** A host with one log that everybody may read who reaches it. */
export function createSingleLogHost({
  logTag,
  relay,
}: {
  readonly logTag: Uint8Array;
  readonly relay: Relay;
}): RelayHost {
  return {
    open: async (access, options) => {
      requireNotAborted(options?.signal);
      return equalBytes(access.logTag, logTag) ? relay : undefined;
    },
  };
}
