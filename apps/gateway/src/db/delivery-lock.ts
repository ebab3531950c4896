/**
 * The lock under which deliveries are numbered (docs/adr/0002-one-delivery-order.md). Whatever a delivery depends on (which key is
 * active, whether a campaign is open) changes under the same lock, so that nothing is stored under what was just replaced.
 */
import { type Kysely, sql } from "kysely";
import type { Database } from "./schema.ts";

/** SQL that takes the lock until the transaction ends. */
export const deliveryLockSql = "SELECT pg_advisory_xact_lock(1668248690, 1)";

/** Takes the lock in `tx` until it ends. */
export async function lockDeliveries(tx: Kysely<Database>): Promise<void> {
  await sql.raw(deliveryLockSql).execute(tx);
}
