/** Logs in browsers: files of the origin in a worker, or IndexedDB. */
import type { RandomSource } from "@coterie/primitives";
import { createOpfsDisk } from "./browser/opfs-disk.ts";
import type { OpenedLogStore } from "./storage/log-store.ts";
import { openSegmentLogStore, type SegmentLogStoreOptions } from "./storage/segment-log-store.ts";

export { openIndexedDbLogStore } from "./browser/indexed-db-log-store.ts";
export { takeWriterLock } from "./browser/writer-lock.ts";
export { createOpfsDisk };

/** Which log. */
export interface OpfsLogStoreInput extends SegmentLogStoreOptions {
  /** The folder, for this log alone. */
  readonly name: string;
}

/**
 * Opens the log in a folder of the origin's private file system, and makes it where there is none; one worker at a time, in dedicated workers only.
 * Ask the browser to keep the origin's data (`navigator.storage.persist()`), or it may delete the log as a whole when room gets short.
 * @throws StoreLockedError where it is open elsewhere
 */
export async function openOpfsLogStore(
  deps: { readonly random: RandomSource },
  { name, ...options }: OpfsLogStoreInput,
): Promise<OpenedLogStore> {
  return await openSegmentLogStore({ ...deps, disk: await createOpfsDisk(name) }, options);
}
