/** Brings a database to the newest form. Several gateways may do this at once: one applies, the others wait. */
import { type Kysely, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { StartError } from "../errors.ts";
import { organisations } from "./migrations/0001-organisations.ts";
import { keys } from "./migrations/0002-keys.ts";
import { campaigns } from "./migrations/0003-campaigns.ts";
import { actions } from "./migrations/0004-actions.ts";
import { mails } from "./migrations/0005-mails.ts";
import { keyLog } from "./migrations/0006-key-log.ts";
import { proca } from "./migrations/0007-proca.ts";
import { counting } from "./migrations/0008-counting.ts";
import { audit } from "./migrations/0009-audit.ts";
import { webhooks } from "./migrations/0010-webhooks.ts";
import { abuse } from "./migrations/0011-abuse.ts";
import { rights } from "./migrations/0012-rights.ts";
import { keyLife } from "./migrations/0013-key-life.ts";
import type { Database } from "./schema.ts";

/** In order; an applied one is never changed. */
const migrations: Record<string, Migration> = {
  "0001-organisations": organisations,
  "0002-keys": keys,
  "0003-campaigns": campaigns,
  "0004-actions": actions,
  "0005-mails": mails,
  "0006-key-log": keyLog,
  "0007-proca": proca,
  "0008-counting": counting,
  "0009-audit": audit,
  "0010-webhooks": webhooks,
  "0011-abuse": abuse,
  "0012-rights": rights,
  "0013-key-life": keyLife,
};

const minimumServerVersion = 150_000;

/**
 * Applies what is missing, all or nothing.
 * @throws StartError where the server is older than PostgreSQL 15 or a migration failed
 */
export async function migrate(db: Kysely<Database>): Promise<void> {
  const { rows } = await sql<{ version: number }>`
    SELECT current_setting('server_version_num')::int AS version`.execute(db);
  if ((rows[0]?.version ?? 0) < minimumServerVersion) throw new StartError("the database is older than PostgreSQL 15");
  const migrator = new Migrator({ db, provider: { getMigrations: async () => await Promise.resolve(migrations) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw new StartError("the database could not be brought to the form of this version");
}
