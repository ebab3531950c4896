/** Links to what is held of a person: random tokens, stored hashed, for one list of actions (docs/protocol/rights.md §5). */
import type { Bytes } from "@coterie/bytes";
import type { ClientBase } from "pg";
import type { RightsTokenTable } from "../db/rights-schema.ts";

/** How long a link works. */
export const rightsTokenLifeMs: number = 24 * 3_600_000;

type Queryable = Pick<ClientBase, "query">;

/** A token to store. */
export type NewRightsToken = Omit<RightsTokenTable, "used_at_ms">;

/** Stores a token, so that its link works. */
export async function storeRightsToken(client: Queryable, token: NewRightsToken): Promise<void> {
  await client.query(
    "INSERT INTO rights_tokens (token_hash, action_ids, locale, expires_at_ms) VALUES ($1, $2::bytea[], $3, $4)",
    [token.token_hash, token.action_ids, token.locale, token.expires_at_ms],
  );
}

/** Removes a token of a mail that certainly reached nobody. */
export async function dropRightsToken(client: Queryable, hash: Bytes): Promise<void> {
  await client.query("DELETE FROM rights_tokens WHERE token_hash = $1", [hash]);
}

/** The token of that hash while it has not expired, or undefined. Reads; changes nothing. */
export async function findRightsToken(
  client: Queryable,
  { hash, nowMs }: { readonly hash: Uint8Array; readonly nowMs: number },
): Promise<RightsTokenTable | undefined> {
  const { rows } = await client.query<RightsTokenTable>(
    "SELECT * FROM rights_tokens WHERE token_hash = $1 AND expires_at_ms > $2",
    [hash, nowMs],
  );
  return rows[0];
}
