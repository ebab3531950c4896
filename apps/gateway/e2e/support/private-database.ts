// A connection of the test's own to the private database of a gateway in another process.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { databaseRole } from "../../src/db/postgres-folder.ts";

export async function connectPrivate(dataFolder: string): Promise<Client> {
  // Where it listens: the fifth line of its own note.
  const note = await readFile(join(dataFolder, "postgres", "postmaster.pid"), "utf8");
  const sql = new Client({ host: note.split("\n")[4] ?? "", user: databaseRole, database: "postgres" });
  await sql.connect();
  return sql;
}
