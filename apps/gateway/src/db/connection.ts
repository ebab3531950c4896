/** The connection pool and the typed query builder on it. The same for the private server and an operator's own. */
import { Kysely, PostgresDialect } from "kysely";
import { Pool, type PoolConfig, types } from "pg";
import { gatewayLimits } from "../limits.ts";
import type { Log } from "../log/log.ts";
import type { Database } from "./schema.ts";

/** Where the database is: a connection string, or the private server's socket. */
export type DatabaseAddress =
  | { readonly connectionString: string }
  | { readonly host: string; readonly user: string; readonly database: string };

/** The database as the gateway uses it; `pool` is for the few statements that the builder does not express. */
export interface DatabaseConnection {
  readonly db: Kysely<Database>;
  readonly pool: Pool;
  readonly close: () => Promise<void>;
}

/** Connects lazily: the first statement opens the first connection. */
export function connectDatabase({ log }: { readonly log: Log }, address: DatabaseAddress): DatabaseConnection {
  const config: PoolConfig = {
    ...address,
    max: gatewayLimits.databaseConnections,
    connectionTimeoutMillis: 5000,
    statement_timeout: gatewayLimits.statementTimeoutMs,
    lock_timeout: gatewayLimits.statementTimeoutMs,
    idle_in_transaction_session_timeout: gatewayLimits.statementTimeoutMs,
    application_name: "coterie",
    types: { getTypeParser },
  };
  const pool = new Pool(config);
  // Without a listener, a connection that breaks while idle would end the process.
  pool.on("error", () => log({ event: "database-connection-lost" }));
  // Nor may one that breaks in the middle of a transaction: the pool listens only while it has the connection itself.
  pool.on("connect", (client) => client.on("error", () => undefined));
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  return { db, pool, close: async () => await pool.end() };
}

/** Whole numbers of 8 bytes as numbers: all of ours are times, counts and sequences far below 2^53. */
const getTypeParser: typeof types.getTypeParser = (oid: number, format?: "text" | "binary") =>
  oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format === "binary" ? "binary" : "text");
