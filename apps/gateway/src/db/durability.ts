/** Nothing acknowledged may be lost: the gateway does not start on a database that would lose it. */
import { type Kysely, sql } from "kysely";
import { UnsafeDatabaseError } from "../errors.ts";
import type { Database } from "./schema.ts";

/** Settings and the values under which an acknowledged commit survives a crash. */
const required: Readonly<Record<string, readonly string[]>> = {
  fsync: ["on"],
  full_page_writes: ["on"],
  // "remote_apply" waits for a standby as well: stronger than "on".
  synchronous_commit: ["on", "remote_apply"],
};

/** Throws UnsafeDatabaseError, naming the setting, unless commits are durable. */
export async function checkDurability(db: Kysely<Database>): Promise<void> {
  for (const [setting, safe] of Object.entries(required)) {
    const { rows } = await sql<{ value: string }>`SELECT current_setting(${setting}) AS value`.execute(db);
    if (!safe.includes(rows[0]?.value ?? "")) {
      throw new UnsafeDatabaseError(`the database runs with ${setting} off: it would lose acknowledged signatures`);
    }
  }
}
