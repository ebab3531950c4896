/**
 * Forgetting persons (docs/protocol/counting.md §2): their fingerprints go, their actions stay and stay counted. Where the one that counts is forgotten
 * and another of the same person stays, that one counts in its place, so that a person never counts twice or not at all.
 */
import { encodeHex } from "@coterie/bytes";
import type { ClientBase } from "pg";
import { countingSql } from "./counting-sql.ts";
import { addToPageCounts, takeFromPageCounts } from "./page-counts.ts";

/** Whose fingerprints go. */
export interface ForgetInput {
  readonly actionIds: readonly Uint8Array[];
}

interface Heir {
  readonly action_id: Uint8Array;
  readonly heir_id: Uint8Array;
  readonly rank: number;
}

/** Deletes the fingerprints of these actions. Call it in a transaction that holds the delivery lock. */
export async function forgetFingerprints(client: ClientBase, { actionIds }: ForgetInput): Promise<void> {
  if (actionIds.length === 0) return;
  const { rows: heirs } = await client.query<Heir>(countingSql.findHeirs([actionIds]));
  await client.query(countingSql.deleteFingerprints([actionIds]));
  if (heirs.length === 0) return;
  await client.query(countingSql.rankHeirs([heirs.map(({ heir_id }) => heir_id)]));
  await client.query(
    countingSql.markDuplicates([
      heirs.flatMap(({ action_id, heir_id }) => [action_id, heir_id]),
      heirs.flatMap(({ rank }) => [rank, 0]),
    ]),
  );
  await moveCounts(client, heirs);
}

/** The two change places in the numbers of their pages, days and sources. The campaign's counter stays as it is. */
async function moveCounts(client: ClientBase, heirs: readonly Heir[]): Promise<void> {
  const ids = heirs.flatMap(({ action_id, heir_id }) => [action_id, heir_id]);
  const { rows } = await client.query<AcceptedRow>(countingSql.whenAccepted([ids]));
  const rowById = new Map(rows.map((row) => [encodeHex(row.id), row]));
  const rowsOf = (id: "action_id" | "heir_id"): readonly AcceptedRow[] =>
    heirs.flatMap((heir) => rowById.get(encodeHex(heir[id])) ?? []);
  const before = [
    ...rowsOf("action_id").map((row) => entryOf(row, { isDuplicate: false })),
    ...rowsOf("heir_id").map((row) => entryOf(row, { isDuplicate: true })),
  ];
  await takeFromPageCounts(client, before);
  await addToPageCounts(
    client,
    before.map((entry) => ({ ...entry, area: undefined, isDuplicate: !entry.isDuplicate })),
  );
}

interface AcceptedRow {
  readonly id: Uint8Array;
  readonly page_id: Uint8Array;
  readonly source: string;
  readonly at_ms: number;
}

function entryOf(
  { page_id, source, at_ms }: AcceptedRow,
  { isDuplicate }: { readonly isDuplicate: boolean },
): { readonly pageId: Uint8Array; readonly source: string; readonly atMs: number; readonly isDuplicate: boolean } {
  return { pageId: page_id, source, atMs: at_ms, isDuplicate };
}
