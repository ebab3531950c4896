/**
 * Which of a person's accepted actions counts (docs/protocol/counting.md §2): the first of each campaign has rank 0, later ones 1, 2, …. All of
 * it happens under the delivery lock, which gateways take in turn; the unique index over fingerprint and rank holds whatever the code does.
 */
import { encodeHex } from "@coterie/bytes";
import type { ClientBase } from "pg";
import { countingSql } from "./counting-sql.ts";
import type { Fingerprint } from "./fingerprint.ts";

/** An action that was just stored. */
export interface StoredAction {
  readonly id: Uint8Array;
  readonly fingerprints: readonly Fingerprint[];
  /** Ranked only once it is confirmed. */
  readonly awaitsConfirmation: boolean;
}

/** Ids, in hexadecimal, of those accepted actions that do not count: their persons had signed before. */
export type Duplicates = ReadonlySet<string>;

/** Stores the fingerprints of new actions and ranks those that are accepted already, in their order. */
export async function rankNewActions(client: ClientBase, actions: readonly StoredAction[]): Promise<Duplicates> {
  const rows = actions.flatMap(({ id, fingerprints, awaitsConfirmation }) =>
    fingerprints.map((fingerprint) => ({ id, awaitsConfirmation, ...fingerprint })),
  );
  if (rows.length === 0) return new Set();
  const ranked = await client.query<RankedRow>(
    countingSql.insertFingerprints([
      rows.map(({ id }) => id),
      rows.map(({ scope }) => scope.kind),
      rows.map(({ scope }) => scope.id),
      rows.map(({ kind }) => kind),
      rows.map(({ value }) => value),
      rows.map(({ scope, awaitsConfirmation }) => scope.kind === "campaign" && !awaitsConfirmation),
    ]),
  );
  return await markDuplicates(client, ranked.rows);
}

/** Ranks actions that were just confirmed, in their order. */
export async function rankConfirmedActions(client: ClientBase, actionIds: readonly Uint8Array[]): Promise<Duplicates> {
  if (actionIds.length === 0) return new Set();
  const ranked = await client.query<RankedRow>(countingSql.rankFingerprints([actionIds]));
  return await markDuplicates(client, ranked.rows);
}

interface RankedRow {
  readonly action_id: Uint8Array;
  readonly rank: number | null;
}

async function markDuplicates(client: ClientBase, rows: readonly RankedRow[]): Promise<Duplicates> {
  const duplicates = rows.filter(({ rank }) => rank !== null && rank > 0);
  if (duplicates.length > 0) {
    await client.query(
      countingSql.markDuplicates([duplicates.map(({ action_id }) => action_id), duplicates.map(({ rank }) => rank)]),
    );
  }
  return new Set(duplicates.map(({ action_id }) => encodeHex(action_id)));
}
