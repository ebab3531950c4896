/** A folder of the file system, durable by fsync. */
import { type FileHandle, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Bytes } from "@coterie/bytes";
import { StoreFailedError, StoreFullError } from "../errors.ts";
import type { Disk, DiskFile } from "../storage/disk.ts";
import { lockFolder } from "./folder-lock.ts";

/** The folder at `path`, made for its owner alone where it is not there. */
export async function createNodeDisk(path: string): Promise<Disk> {
  await translated(async () => await mkdir(path, { recursive: true, mode: 0o700 }));
  return {
    lock: async () => lockFolder(path),
    list: async () => await translated(async () => await readdir(path)),
    open: async (name) => {
      const handle = await translated(async () => await open(join(path, name), "r+").catch(undefinedIfMissing));
      return handle === undefined ? undefined : nodeFile(handle);
    },
    create: async (name) => nodeFile(await translated(async () => await open(join(path, name), "w+", 0o600))),
    rename: async (from, to) => await translated(async () => await rename(join(path, from), join(path, to))),
    remove: async (name) => await translated(async () => await rm(join(path, name), { force: true })),
    syncFolder: async () => await translated(async () => await syncFolder(path)),
  };
}

function nodeFile(handle: FileHandle): DiskFile {
  return {
    size: async () => await translated(async () => (await handle.stat()).size),
    read: async (at, lengthBytes) => await translated(async () => await readAll(handle, { at, lengthBytes })),
    write: async (at, bytes) => await translated(async () => await writeAll(handle, { at, bytes })),
    truncate: async (lengthBytes) => await translated(async () => await handle.truncate(lengthBytes)),
    // The length of a file counts as its data where reading needs it (POSIX); times do not matter.
    sync: async () => await translated(async () => await handle.datasync()),
    close: async () => await translated(async () => await handle.close()),
  };
}

async function readAll(
  handle: FileHandle,
  { at, lengthBytes }: { readonly at: number; readonly lengthBytes: number },
): Promise<Bytes> {
  const bytes = new Uint8Array(lengthBytes);
  let done = 0;
  while (done < lengthBytes) {
    const { bytesRead } = await handle.read(bytes, done, lengthBytes - done, at + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done === lengthBytes ? bytes : bytes.slice(0, done);
}

async function writeAll(
  handle: FileHandle,
  { at, bytes }: { readonly at: number; readonly bytes: Uint8Array },
): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open folders, and keeps names without being told.
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function undefinedIfMissing(error: unknown): undefined {
  if (codeOf(error) === "ENOENT") return undefined;
  throw error;
}

/** What the system reports, as errors of the port: without paths, since messages hold no input. */
async function translated<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") throw new StoreFullError();
    throw new StoreFailedError(`the file system failed: ${code}`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
}
