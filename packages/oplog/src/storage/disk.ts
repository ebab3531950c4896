/**
 * The port to a folder of files that can be made durable: Node's file system, the private file system of a browser, or a simulated one that
 * crashes. A file's content is durable after `sync`, its name after `syncFolder`; before that both may be there or not after a crash, in
 * parts and in any order. Errors of all calls: StoreFullError without room, StoreFailedError for everything else that a device does.
 */
import type { Bytes } from "@coterie/bytes";

/** One flat folder, for one log. Names are of letters, digits, dots and dashes. */
export interface Disk {
  /**
   * Keeps every other process and every other caller out, until it is released; the end of this process releases it too, however it ends.
   * @throws StoreLockedError where somebody else has it
   */
  readonly lock: () => Promise<() => Promise<void>>;
  readonly list: () => Promise<readonly string[]>;
  /** Undefined where there is no such file. */
  readonly open: (name: string) => Promise<DiskFile | undefined>;
  /** An empty file; one that had this name is gone. */
  readonly create: (name: string) => Promise<DiskFile>;
  /** In one step: `to` names the old file or the new one, whenever one looks. No file is open under either name. */
  readonly rename: (from: string, to: string) => Promise<void>;
  /** Nothing happens where there is no such file. */
  readonly remove: (name: string) => Promise<void>;
  readonly syncFolder: () => Promise<void>;
}

/** An open file. */
export interface DiskFile {
  readonly size: () => Promise<number>;
  /** Shorter than asked for at the end of the file. */
  readonly read: (at: number, lengthBytes: number) => Promise<Bytes>;
  /** All of `bytes`; where it throws, a part of them may be in the file. */
  readonly write: (at: number, bytes: Uint8Array) => Promise<void>;
  readonly truncate: (lengthBytes: number) => Promise<void>;
  readonly sync: () => Promise<void>;
  readonly close: () => Promise<void>;
}
