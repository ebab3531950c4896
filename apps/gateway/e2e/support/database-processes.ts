// The processes of a private database server: the postmaster in its lock file, and its children.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Process ids, the postmaster first; empty where none runs. */
export async function databaseProcesses(dataFolder: string): Promise<number[]> {
  const lock = await readFile(join(dataFolder, "postgres", "postmaster.pid"), "utf8").catch(() => "");
  const postmaster = Number(lock.split("\n")[0]);
  if (!Number.isSafeInteger(postmaster) || postmaster <= 1) return [];
  const children: number[] = [];
  for (const name of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    if (parent === postmaster) children.push(Number(name));
  }
  return [postmaster, ...children];
}
