/**
 * Files that only their owner reads (mode 0600), written whole or not at all: a temporary file beside, flushed to disk,
 * then given its name in one step, and the folder flushed as well.
 */
import { randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { FileExistsError, FileUnusableError } from "../terminal/errors.ts";

/** Whether something is there. */
export async function fileExists(path: string): Promise<boolean> {
  return (await sizeOf(path)) !== undefined;
}

/** The size of a file in bytes, or undefined where there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isNodeError(error, "ENOENT") || isNodeError(error, "ENOTDIR")) return undefined;
    throw unusable(path, error);
  }
}

/** Makes a folder that only its owner enters, and those above it. */
export async function createPrivateFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unusable(path, error);
  }
}

/** Reads a file of at most `maxBytes`. Throws FileUnusableError where it is missing, unreadable or larger. */
export async function readSmallFile(path: string, { maxBytes }: { readonly maxBytes: number }): Promise<Buffer> {
  const size = await sizeOf(path);
  if (size === undefined) throw new FileUnusableError(`${path} is missing`);
  if (size > maxBytes) throw new FileUnusableError(`${path} is larger than expected`);
  try {
    return await readFile(path);
  } catch (error) {
    throw unusable(path, error);
  }
}

/** Writes a file whole, replacing what was there. */
export async function replacePrivateFile(path: string, content: string | Uint8Array): Promise<void> {
  await withTemporary(path, content, (temporary) => rename(temporary, path));
}

/** Writes a file whole. Throws FileExistsError where one is there: also where another process just made it. */
export async function createPrivateFile(path: string, content: string | Uint8Array): Promise<void> {
  // A hard link is the one step that both names the finished file and fails where the name is taken.
  await withTemporary(path, content, async (temporary) => {
    await link(temporary, path);
    await rm(temporary, { force: true });
  });
}

/** Flushes a folder, so that names given in it survive a power cut. */
export async function flushFolder(path: string): Promise<void> {
  // Windows does not open folders; its file systems journal names by themselves.
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Whether `error` is an error of the operating system with this code. */
export function isNodeError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** The error for a file that the operating system does not let us use. */
export function unusable(path: string, error: unknown): FileUnusableError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
  return new FileUnusableError(`${path} cannot be used (${code})`);
}

async function withTemporary(
  path: string,
  content: string | Uint8Array,
  giveName: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await giveName(temporary);
    await flushFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    if (isNodeError(error, "EEXIST")) throw new FileExistsError(`${path} exists and is not overwritten`);
    throw unusable(path, error);
  }
}
