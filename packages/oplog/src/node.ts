/** Logs in folders of the file system, for Node. */
import { systemRandom } from "@coterie/primitives/node";
import { createNodeDisk } from "./node/node-disk.ts";
import type { OpenedLogStore } from "./storage/log-store.ts";
import { openSegmentLogStore, type SegmentLogStoreOptions } from "./storage/segment-log-store.ts";

export { createNodeDisk };

/**
 * Opens the log in the folder at `path`, and makes it where there is none; one process at a time. The folder is for this log alone.
 * @throws StoreLockedError where another process, or this one, has it open
 */
export async function openNodeLogStore(path: string, options: SegmentLogStoreOptions = {}): Promise<OpenedLogStore> {
  return await openSegmentLogStore({ disk: await createNodeDisk(path), random: systemRandom }, options);
}
