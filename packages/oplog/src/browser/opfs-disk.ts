/**
 * A folder of the private file system of an origin, for dedicated workers: only there a browser gives files that are written at once and flushed.
 * A name is durable when the browser says so, since there is no call that asks for it.
 */
import { StoreFailedError, StoreFullError } from "../errors.ts";
import type { Disk, DiskFile } from "../storage/disk.ts";
import { translated, undefinedIfMissing } from "./browser-failure.ts";
import { takeWriterLock } from "./writer-lock.ts";

/** A file that only its holder has open. TypeScript knows it in workers alone, whose types exclude those of pages. */
interface SyncAccessHandle {
  readonly getSize: () => number;
  readonly read: (target: Uint8Array, options: { readonly at: number }) => number;
  readonly write: (source: Uint8Array, options: { readonly at: number }) => number;
  readonly truncate: (lengthBytes: number) => void;
  readonly flush: () => void;
  readonly close: () => void;
}

/** The same for what only workers, or not yet all types, have. */
interface WorkerFileHandle {
  readonly kind: "file";
  readonly createSyncAccessHandle?: () => Promise<SyncAccessHandle>;
  readonly move?: (name: string) => Promise<void>;
}

/**
 * The folder `name` of the origin, made where it is not there.
 * @throws StoreFailedError outside of dedicated workers
 */
export async function createOpfsDisk(name: string): Promise<Disk> {
  if (!("createSyncAccessHandle" in FileSystemFileHandle.prototype))
    throw new StoreFailedError("files can be written in dedicated workers only");
  const folder = await translated(async () => {
    const root = await navigator.storage.getDirectory();
    return await root.getDirectoryHandle(name, { create: true });
  });
  const find = async (file: string): Promise<FileSystemFileHandle | undefined> =>
    await translated(async () => await folder.getFileHandle(file).catch(undefinedIfMissing));
  return {
    lock: async () => await takeWriterLock(`coterie/oplog/opfs/${name}`),
    list: async () => await translated(async () => await namesIn(folder)),
    open: async (file) => {
      const handle = await find(file);
      return handle === undefined ? undefined : await translated(async () => opfsFile(await openSync(handle)));
    },
    create: async (file) =>
      await translated(async () => {
        const handle = await openSync(await folder.getFileHandle(file, { create: true }));
        handle.truncate(0);
        return opfsFile(handle);
      }),
    rename: async (from, to) => {
      const handle: WorkerFileHandle | undefined = await find(from);
      if (handle?.move === undefined) throw new StoreFailedError("the file cannot be renamed");
      await translated(async () => await handle.move?.(to));
    },
    remove: async (file) => await translated(async () => await folder.removeEntry(file).catch(undefinedIfMissing)),
    syncFolder: async () => await Promise.resolve(),
  };
}

async function namesIn(folder: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = [];
  for await (const name of folder.keys()) names.push(name);
  return names;
}

async function openSync(handle: WorkerFileHandle): Promise<SyncAccessHandle> {
  if (handle.createSyncAccessHandle === undefined)
    throw new StoreFailedError("files can be written in dedicated workers only");
  return await handle.createSyncAccessHandle();
}

function opfsFile(handle: SyncAccessHandle): DiskFile {
  return {
    size: async () => await translated(async () => handle.getSize()),
    read: async (at, lengthBytes) =>
      await translated(async () => {
        const bytes = new Uint8Array(lengthBytes);
        const done = counted(handle.read(bytes, { at }), lengthBytes);
        return done === lengthBytes ? bytes : bytes.slice(0, done);
      }),
    write: async (at, bytes) =>
      await translated(async () => {
        for (let done = 0; done < bytes.length; ) {
          const left = bytes.length - done;
          const more = counted(handle.write(bytes.subarray(done), { at: at + done }), left);
          if (more === 0) throw new StoreFailedError("the file takes no more");
          done += more;
        }
      }),
    truncate: async (lengthBytes) => await translated(async () => handle.truncate(lengthBytes)),
    sync: async () => await translated(async () => handle.flush()),
    close: async () => await translated(async () => handle.close()),
  };
}

/** Errors of Chromium's network stack: a file too big for the quota, no space on the device. */
const fullErrors: readonly number[] = [-8, -18];

/**
 * How many bytes a call says that it moved. Where the quota is used up, Chromium (seen in 156) throws nothing and gives a negative error as an
 * unsigned number: more than 4,294,960,000 bytes written.
 */
function counted(moved: number, asked: number): number {
  if (moved <= asked) return moved;
  if (fullErrors.includes(moved | 0)) throw new StoreFullError();
  throw new StoreFailedError("the browser's file failed");
}
