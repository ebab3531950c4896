/** Transactions on one connection, for statements that the query builder does not express. */
import type { Pool, PoolClient } from "pg";
import { deliveryLockSql } from "./delivery-lock.ts";

/** Runs `use` in a transaction that holds the delivery lock (docs/adr/0002-one-delivery-order.md); nothing is kept where it throws. */
export async function inDeliveryTransaction<Result>(
  { pool }: { readonly pool: Pool },
  use: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  return await inTransaction({ pool }, async (client) => {
    await client.query(deliveryLockSql);
    return await use(client);
  });
}

/** Runs `use` in a transaction. */
export async function inTransaction<Result>(
  { pool }: { readonly pool: Pool },
  use: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const result = await use(client);
    await client.query("COMMIT");
    client.release();
    return result;
  } catch (error) {
    const rolledBack = await client.query("ROLLBACK").then(
      () => true,
      () => false,
    );
    client.release(!rolledBack);
    throw error;
  }
}
