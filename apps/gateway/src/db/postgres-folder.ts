/**
 * The database folder: made once, completely or not at all, and held by one server at a time. PostgreSQL guards it with
 * `postmaster.pid`; what is added here is telling a server that still runs from a file left behind by one that was killed.
 */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { FolderInUseError, StartError } from "../errors.ts";
import type { PostgresBinaries } from "./postgres-binaries.ts";
import type { PostgresUser } from "./postgres-user.ts";

/** How long a server that is shutting down is waited for. */
const shutdownWaitMs = 30_000;

/** The one name of the database's role; it exists only behind the private socket. */
export const databaseRole = "coterie";

/**
 * Makes the folder where it does not exist. An interrupted attempt leaves nothing that looks finished, and of two attempts at
 * the same time the first to finish counts: each works in a folder of its own until then.
 */
export async function createDatabaseFolder(
  { binaries, user }: { readonly binaries: PostgresBinaries; readonly user: PostgresUser },
  folder: string,
): Promise<void> {
  if (existsSync(join(folder, "PG_VERSION"))) return;
  await removeLeftovers(folder);
  const unfinished = `${folder}${unfinishedMark}${process.pid}`;
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  await user.own(unfinished);
  const child = user.spawn(binaries.initdb, [...initArguments, "-D", unfinished], {
    stdio: ["ignore", "ignore", "ignore"],
    env: databaseEnvironment(),
  });
  const [code] = await once(child, "exit");
  if (code !== 0) {
    await rm(unfinished, { recursive: true, force: true });
    throw new StartError("the packaged PostgreSQL could not make its database folder: is the disk full?");
  }
  await rename(unfinished, folder).catch(async (error: NodeJS.ErrnoException) => {
    await rm(unfinished, { recursive: true, force: true });
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  });
}

/** Between the folder's name and the number of the process that makes it. */
const unfinishedMark = ".unfinished-";

/** Removes what interrupted attempts left; those of living processes are theirs. */
async function removeLeftovers(folder: string): Promise<void> {
  const start = `${basename(folder)}${unfinishedMark}`;
  for (const name of await readdir(dirname(folder))) {
    if (!name.startsWith(start)) continue;
    const maker = Number(name.slice(start.length));
    if (maker !== process.pid && isAlive(maker)) continue;
    await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

const initArguments: readonly string[] = [
  `--username=${databaseRole}`,
  "--auth-local=trust",
  "--auth-host=reject",
  "--encoding=UTF8",
  "--locale=C",
  "--locale-provider=builtin",
  "--builtin-locale=C.UTF-8",
  "--data-checksums",
  "--no-instructions",
];

/** The environment of database programs: nothing of ours, so that no secret of the caller is inherited. */
export function databaseEnvironment(): Record<string, string> {
  return { PATH: process.env["PATH"] ?? "", LC_ALL: "C", TZ: "UTC" };
}

/**
 * Returns once no server holds the folder: at once, or after one that is shutting down has gone.
 * @throws FolderInUseError where a running server holds it
 */
export async function waitForFolder(folder: string): Promise<void> {
  const attempts = shutdownWaitMs / 100;
  for (let attempt = 0, ready = 0; attempt < attempts; attempt++) {
    const holder = await findHolder(folder);
    if (holder === undefined) return;
    // A server whose gateway was killed a moment ago says "ready" until the signal reaches it: ask for a second.
    ready = holder.stopping ? 0 : ready + 1;
    if (ready > 10) throw new FolderInUseError("another gateway is running on this data folder");
    await delay(100);
  }
  throw new FolderInUseError("a database server on this data folder does not stop");
}

/** What `postmaster.pid` says about the server that holds the folder, or undefined where nobody does. */
async function findHolder(folder: string): Promise<{ readonly stopping: boolean } | undefined> {
  const file = join(folder, "postmaster.pid");
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  // A server that starts this moment has made the file and not yet written it: taking it away would let two servers in.
  if (pid === 0 && (await isFresh(file))) return { stopping: true };
  if (Number.isSafeInteger(pid) && pid > 1 && isAlive(pid) && (await mayServe(pid, folder))) {
    return { stopping: lines[7]?.trim() === "stopping" };
  }
  // Left by a server that was killed. Its number may belong to another program by now, which PostgreSQL would take for itself.
  await rm(file, { force: true });
  return undefined;
}

/** Whether the file was changed a moment ago, by the clock of whoever wrote it. */
async function isFresh(file: string): Promise<boolean> {
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }));
  return Math.abs(Date.now() - mtimeMs) < 5000;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Whether the process works in the folder, as every PostgreSQL server does; true where nobody can tell. */
async function mayServe(pid: number, folder: string): Promise<boolean> {
  if (process.platform !== "linux") return true;
  const place = await readlink(`/proc/${pid}/cwd`).catch((error: NodeJS.ErrnoException) => error.code ?? "");
  if (place === "ENOENT" || place === "ESRCH") return false;
  if (!place.startsWith("/")) return true;
  return place === (await realpath(folder));
}
