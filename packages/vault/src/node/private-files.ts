/** Files that only their user reads, written durably and erased as far as a file system lets a program do that. */
import { chmod, mkdir, open, rename, rm, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { MailKeyFileError } from "../errors.ts";

/** A file to write: under `unfinished` first, then renamed, so that it exists completely or not at all. */
export interface PrivateFile {
  readonly folder: string;
  readonly name: string;
  readonly unfinished: string;
  readonly content: Uint8Array;
}

/** Makes `folder`, or makes it private where it exists. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
}

/** Throws MailKeyFileError where anyone but the owner may read or write `path`. Windows has no such modes. */
export async function requirePrivate(path: string): Promise<void> {
  const { mode } = await stat(path);
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    throw new MailKeyFileError("mail keys are open to other users: make the folder mode 0700 and its files 0600");
  }
}

/** Writes a file of mode 0600; it and its name are on disk when this settles. */
export async function writePrivateFile({ folder, name, unfinished, content }: PrivateFile): Promise<void> {
  const path = join(folder, unfinished);
  try {
    const handle = await open(path, "wx", 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(path, join(folder, name));
    await synchronise(folder);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/**
 * Overwrites with zeros, synchronises, removes, synchronises. In this order a crash in between leaves an erased file, never a
 * readable one without a name. Harmless where the file is gone.
 */
export async function eraseFile(folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  try {
    const handle = await open(path, "r+");
    try {
      const { size } = await handle.stat();
      await handle.write(new Uint8Array(size), 0, size, 0);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  await synchronise(folder);
}

/** Whether a file or folder was not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

async function synchronise(folder: string): Promise<void> {
  // Windows cannot open folders, and keeps names without being told.
  if (process.platform === "win32") return;
  const handle = await open(folder, "r").catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  await handle?.sync();
  await handle?.close();
}
