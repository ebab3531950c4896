/**
 * One process at a time in a folder. The lock is a file with the holder's process id and, on Linux, when that process
 * started, so that a lock left by a killed process is recognised even when its id was given to another one.
 */
import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { BusyError, FileExistsError } from "../terminal/errors.ts";
import { createPrivateFile } from "./private-files.ts";

/** A lock that is held; whoever took it releases it. */
export interface FolderLock {
  readonly release: () => Promise<void>;
}

/** Takes the lock of `folder`. Throws BusyError where a living process holds it. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, "lock");
  const mine = `${process.pid} ${await startOf(process.pid)}\n`;
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await createPrivateFile(path, mine);
      return { release: () => rm(path, { force: true }) };
    } catch (error) {
      if (!(error instanceof FileExistsError)) throw error;
    }
    const holder = await readFile(path, "utf8").catch(() => undefined);
    if (holder === undefined) continue;
    if (await isAlive(holder)) break;
    await removeStale(path, holder);
  }
  throw new BusyError(`another coterie process works in ${folder}`);
}

/** Moves the lock aside and looks again: between reading and moving, another process may have taken it. */
async function removeStale(path: string, staleHolder: string): Promise<void> {
  const aside = `${path}.${randomUUID()}.stale`;
  try {
    await rename(path, aside);
  } catch {
    return; // Somebody else removed it.
  }
  const moved = await readFile(aside, "utf8").catch(() => staleHolder);
  if (moved !== staleHolder) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function isAlive(holder: string): Promise<boolean> {
  const [pid = "", start = ""] = holder.trim().split(" ");
  if (!/^\d{1,10}$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  return start === "" || start === (await startOf(Number(pid)));
}

/** When a process started, in clock ticks since boot; "" where the system does not say. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The command's name, in parentheses, may hold spaces: count fields after it. Start time is field 22.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}
