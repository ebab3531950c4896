// An operator's own PostgreSQL, where the machine has one: started privately, over a socket, with its own binaries.
import { once } from "node:events";
import { existsSync, globSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { choosePostgresUser } from "../../src/db/postgres-user.ts";

export interface ExternalPostgres {
  readonly url: string;
  /** Everything that it writes is below. */
  readonly folder: string;
  readonly close: () => Promise<void>;
}

/** The folder of the newest installed server's programs, or undefined. */
export function findInstalledPostgres(): string | undefined {
  return globSync("/usr/lib/postgresql/*/bin")
    .toSorted()
    .findLast((folder) => existsSync(join(folder, "initdb")));
}

/** Starts an installed server on a fresh folder; `settings` are of the form "fsync=off". */
export async function startExternalPostgres(bin: string, settings: readonly string[] = []): Promise<ExternalPostgres> {
  const user = choosePostgresUser();
  const folder = await mkdtemp(join(tmpdir(), "coterie-pg-"));
  const data = join(folder, "data");
  await user.own(folder);
  const env = { PATH: process.env["PATH"] ?? "", LC_ALL: "C" };
  const initdb = user.spawn(
    join(bin, "initdb"),
    ["-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C"],
    {
      stdio: "ignore",
      env,
    },
  );
  const [code] = await once(initdb, "exit");
  if (code !== 0) throw new Error("initdb failed");
  const options = [`listen_addresses=`, ...settings].flatMap((setting) => ["-c", setting]);
  const server = user.spawn(join(bin, "postgres"), ["-D", data, "-k", folder, ...options], { stdio: "ignore", env });
  const url = `postgresql://tester@/postgres?host=${encodeURIComponent(folder)}`;
  for (let attempt = 0; !(await answers(url)); attempt++) {
    if (attempt > 400) throw new Error("the installed PostgreSQL does not answer");
    await delay(25);
  }
  return {
    url,
    folder,
    close: async () => {
      server.kill("SIGINT");
      await once(server, "exit");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new Client({ connectionString });
  client.on("error", () => undefined);
  return await client.connect().then(
    async () => {
      await client.end();
      return true;
    },
    () => false,
  );
}
