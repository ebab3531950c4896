/**
 * The private database server: started over a Unix socket in a folder that only its user can enter, restarted when it
 * dies, and stopped with the gateway. Nothing listens on a network address.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { StartError } from "../errors.ts";
import type { Log } from "../log/log.ts";
import { findPostgresBinaries, type PostgresBinaries } from "./postgres-binaries.ts";
import { createDatabaseFolder, databaseEnvironment, databaseRole, waitForFolder } from "./postgres-folder.ts";
import { choosePostgresUser, type PostgresUser } from "./postgres-user.ts";
import { becomesReady } from "./server-readiness.ts";

/** A running private server. */
export interface PostgresServer {
  readonly connection: { readonly host: string; readonly user: string; readonly database: string };
  /** Process id of the server as it runs now, for tests that kill it. */
  readonly processId: () => number | undefined;
  /** Shuts the server down and waits until its files are at rest. */
  readonly close: () => Promise<void>;
}

const startAttempts = 5;
const restartPauseMs = 2000;

/**
 * Starts the packaged PostgreSQL on `<dataFolder>/postgres`, making it on first use.
 * @throws FolderInUseError where another gateway runs on the folder
 */
export async function startPostgres(
  { log }: { readonly log: Log },
  { dataFolder }: { readonly dataFolder: string },
): Promise<PostgresServer> {
  const binaries = await findPostgresBinaries();
  const user = choosePostgresUser();
  const folder = join(dataFolder, "postgres");
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  await user.letThrough(dataFolder);
  await waitForFolder(folder);
  await createDatabaseFolder({ binaries, user }, folder);
  // Socket paths are limited to 107 bytes: a short folder of its own, wherever the data lies.
  const socketFolder = await mkdtemp(join(tmpdir(), "coterie-"));
  await chmod(socketFolder, 0o700);
  await user.own(socketFolder);
  const supervisor = new Supervisor({
    binaries,
    user,
    log,
    folder,
    socketFolder,
    logFile: join(dataFolder, "postgres.log"),
  });
  try {
    await supervisor.start();
  } catch (error) {
    await supervisor.close();
    throw error;
  }
  return {
    connection: { host: socketFolder, user: databaseRole, database: "postgres" },
    processId: () => supervisor.processId,
    close: async () => await supervisor.close(),
  };
}

interface SupervisorPlaces {
  readonly binaries: PostgresBinaries;
  readonly user: PostgresUser;
  readonly log: Log;
  readonly folder: string;
  readonly socketFolder: string;
  readonly logFile: string;
}

/** Keeps one server process running until it is closed. */
class Supervisor {
  readonly #places: SupervisorPlaces;
  #child: ChildProcess | undefined;
  readonly #closing = new AbortController();
  #restart: Promise<void> = Promise.resolve();

  constructor(places: SupervisorPlaces) {
    this.#places = places;
  }

  get processId(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const child = await this.#spawn();
      if (await becomesReady(child, this.#places.socketFolder)) {
        this.#child = child;
        child.once("exit", () => this.#replace());
        return;
      }
      // Processes of a killed predecessor may hold its shared memory for a moment longer.
      if (attempt === startAttempts)
        throw new StartError("PostgreSQL does not start: see postgres.log in the data folder");
      await delay(500);
      await waitForFolder(this.#places.folder);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#restart;
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill("SIGINT");
      await once(child, "exit");
    }
    await rm(this.#places.socketFolder, { recursive: true, force: true });
  }

  async #spawn(): Promise<ChildProcess> {
    const { binaries, user, folder, socketFolder, logFile } = this.#places;
    const file = await open(logFile, "a", 0o600);
    try {
      const args = ["-D", folder, "-k", socketFolder, ...settings.flatMap((setting) => ["-c", setting])];
      const child = user.spawn(binaries.postgres, args, {
        stdio: ["ignore", file.fd, file.fd],
        env: databaseEnvironment(),
        // Not in the terminal's process group: Ctrl-C reaches the gateway, which finishes its work before the database goes.
        detached: true,
      });
      // That it could not be started is seen from the process having no number; unheard, this event would end the gateway.
      child.on("error", () => undefined);
      return child;
    } finally {
      await file.close();
    }
  }

  #replace(): void {
    if (this.#closing.signal.aborted) return;
    this.#places.log({ event: "database-stopped" });
    this.#restart = this.#startAgain();
  }

  /** Until it runs or is closed: a disk that is full now has room again some time. */
  async #startAgain(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await this.start();
        this.#places.log({ event: "database-restarted" });
        return;
      } catch {
        this.#places.log({ event: "database-lost" });
      }
      await delay(restartPauseMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }
}

/**
 * Durable, private and silent about content. Errors of statements are not logged at all (in this setting's order, "log" is above
 * "error"): their messages repeat values, and the gateway logs their codes. `terse` leaves out DETAIL lines, which repeat rows.
 */
const settings: readonly string[] = [
  "listen_addresses=",
  "unix_socket_permissions=0700",
  "fsync=on",
  "synchronous_commit=on",
  "full_page_writes=on",
  "wal_level=minimal",
  "max_wal_senders=0",
  "max_connections=24",
  "shared_buffers=64MB",
  "jit=off",
  "log_statement=none",
  "log_min_messages=log",
  "log_min_error_statement=panic",
  "log_parameter_max_length=0",
  "log_parameter_max_length_on_error=0",
  "log_error_verbosity=terse",
  "log_timezone=UTC",
];
