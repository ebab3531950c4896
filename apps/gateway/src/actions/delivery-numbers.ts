/**
 * The one place where deliveries are numbered (docs/adr/0002-one-delivery-order.md). Call it in a transaction that holds the
 * delivery lock: what gets a number becomes visible in the order of the numbers, without gaps that fill later.
 */
import { encodeHex } from "@coterie/bytes";
import type { ClientBase } from "pg";
import { batchSql } from "./batch-sql.ts";

/** The next number of each entry's organisation, in the order of the entries. An organisation may stand there many times. */
export async function drawDeliveryNumbers(
  client: ClientBase,
  organisationIds: readonly Uint8Array[],
): Promise<readonly number[]> {
  if (organisationIds.length === 0) return [];
  const byOrganisation = new Map<string, { readonly id: Uint8Array; size: number }>();
  for (const id of organisationIds) {
    const key = encodeHex(id);
    const group = byOrganisation.get(key) ?? { id, size: 0 };
    group.size++;
    byOrganisation.set(key, group);
  }
  const groups = [...byOrganisation.values()];
  const drawn = await client.query<{ organisation_id: Uint8Array; last_sequence: number }>(
    batchSql.drawSequences([groups.map(({ id }) => id), groups.map(({ size }) => size)]),
  );
  const next = new Map<string, number>();
  for (const { organisation_id, last_sequence } of drawn.rows) {
    const key = encodeHex(organisation_id);
    next.set(key, last_sequence - (byOrganisation.get(key)?.size ?? 0));
  }
  return organisationIds.map((id) => {
    const key = encodeHex(id);
    const sequence = (next.get(key) ?? 0) + 1;
    next.set(key, sequence);
    return sequence;
  });
}
