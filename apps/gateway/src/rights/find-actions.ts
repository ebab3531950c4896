/**
 * Finding a person's actions by address: by keyed fingerprints alone (docs/protocol/counting.md §1), made in memory. Actions whose
 * address the gateway never saw, sealed in a browser on a page without mails, cannot be found here.
 */
import type { Bytes } from "@coterie/bytes";
import type { ClientBase } from "pg";
import { emailFingerprint, type FingerprintDeps, type Scope } from "../counting/fingerprint.ts";

/** Where to look for whom. */
export interface FindInput {
  readonly email: string;
  readonly scopes: readonly Scope[];
}

type Queryable = Pick<ClientBase, "query">;

/** Actions of that person in those scopes that are not erased, the oldest first. */
export async function findActions(
  { client, ...deps }: FingerprintDeps & { readonly client: Queryable },
  { email, scopes }: FindInput,
): Promise<readonly Bytes[]> {
  const values = scopes.flatMap((scope) => emailFingerprint(deps, { scope, email })?.value ?? []);
  if (values.length === 0) return [];
  const { rows } = await client.query<{ id: Bytes }>(
    `SELECT DISTINCT a.id, a.created_at_ms FROM fingerprints f JOIN actions a ON a.id = f.action_id
     WHERE f.fingerprint = ANY($1::bytea[]) AND a.erased_at_ms IS NULL ORDER BY a.created_at_ms, a.id`,
    [values],
  );
  return rows.map(({ id }) => id);
}

/** The scopes of all campaigns: where a person's own question looks. */
export async function allCampaigns(client: Queryable): Promise<readonly Scope[]> {
  const { rows } = await client.query<{ id: Bytes }>("SELECT id FROM campaigns");
  return rows.map(({ id }) => ({ kind: "campaign", id }));
}

/** The scopes of the campaigns that an organisation leads. */
export async function ledCampaigns(client: Queryable, organisationId: Uint8Array): Promise<readonly Scope[]> {
  const { rows } = await client.query<{ id: Bytes }>("SELECT id FROM campaigns WHERE lead_organisation_id = $1", [
    organisationId,
  ]);
  return rows.map(({ id }) => ({ kind: "campaign", id }));
}
