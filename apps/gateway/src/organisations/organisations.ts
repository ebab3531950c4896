/** Organisations: made by the operator, each with a first token; and the gateway's own, the home organisation. */
import type { Bytes } from "@coterie/bytes";
import { deriveKeyId, keyIdBytes } from "@coterie/sealed-box/seal";
import { type Kysely, sql } from "kysely";
import { recordEvent } from "../audit/record-event.ts";
import type { Database, OrganisationTable } from "../db/schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId, generateId } from "../ids.ts";
import { type ListRange, takePage } from "../paging.ts";
import { parseSlug, parseTitle } from "../texts.ts";
import { deleteTokens, storeToken } from "./tokens.ts";

/** What is stored of an organisation itself. */
export type StoredOrganisation = Pick<OrganisationTable, "id" | "name" | "title" | "is_home">;

const columns = ["id", "name", "title", "is_home"] as const;

const operator = { actor: { kind: "operator" } } as const;

/** Makes an organisation and its token, which is not stored. Throws RefusedError "conflict" where the name is taken. */
export async function createOrganisation(
  deps: Pick<GatewayDeps, "db" | "primitives" | "random" | "now">,
  input: { readonly name: string; readonly title: string },
): Promise<{ readonly organisation: StoredOrganisation; readonly token: string }> {
  const row = {
    id: generateId(deps.random),
    name: parseSlug(input.name),
    title: parseTitle(input.title),
    is_home: false,
  };
  return await deps.db.transaction().execute(async (tx) => {
    const inserted = await tx
      .insertInto("organisations")
      .values({ ...row, created_at_ms: deps.now() })
      .onConflict((conflict) => conflict.column("name").doNothing())
      .returning("id")
      .executeTakeFirst();
    if (inserted === undefined) throw new RefusedError("conflict");
    await tx
      .insertInto("deliveries")
      .values({ organisation_id: row.id, last_sequence: 0, acknowledged_sequence: 0 })
      .execute();
    await recordEvent(deps, tx, {
      organisationId: row.id,
      actor: { kind: "operator" },
      event: "organisation-created",
      subject: encodeId("corg", row.id),
      atMs: deps.now(),
    });
    const { secret } = await storeToken(deps, { tx, organisationId: row.id, label: "first token", ...operator });
    return { organisation: row, token: secret };
  });
}

/** Makes a new token and forgets all old ones. Throws RefusedError "not-found". */
export async function replaceToken(
  deps: Pick<GatewayDeps, "db" | "primitives" | "random" | "now">,
  organisationId: Bytes,
): Promise<string> {
  return await deps.db.transaction().execute(async (tx) => {
    const found = await tx
      .selectFrom("organisations")
      .select("id")
      .where("id", "=", organisationId)
      .forUpdate()
      .executeTakeFirst();
    if (found === undefined) throw new RefusedError("not-found");
    await deleteTokens(deps, { tx, organisationId, tokenId: undefined, ...operator });
    const { secret } = await storeToken(deps, { tx, organisationId, label: "made by the operator", ...operator });
    return secret;
  });
}

/** All organisations, by name. */
export async function listOrganisations(
  { db }: Pick<GatewayDeps, "db">,
  range: ListRange,
): Promise<{ readonly page: readonly StoredOrganisation[]; readonly nextPageToken: string }> {
  const rows = await db
    .selectFrom("organisations")
    .select(columns)
    .where("name", ">", range.after)
    .orderBy("name")
    .limit(range.size + 1)
    .execute();
  return takePage(rows, range);
}

/** One organisation. Throws RefusedError "not-found". */
export async function getOrganisation(
  { db }: { readonly db: Kysely<Database> },
  id: Bytes,
): Promise<StoredOrganisation> {
  const row = await db.selectFrom("organisations").select(columns).where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw new RefusedError("not-found");
  return row;
}

/**
 * Makes the home organisation on the first start, and records the home sender's public key as its own, so that no other
 * organisation can import it: contacts sealed to it could be opened with a secret that the gateway holds.
 */
export async function ensureHomeOrganisation(
  deps: Pick<GatewayDeps, "db" | "primitives" | "random" | "now" | "secrets">,
): Promise<void> {
  const publicKey = deps.secrets.home.publicKey;
  await deps.db.transaction().execute(async (tx) => {
    // Gateways that start at once on one database make one home.
    await sql`SELECT pg_advisory_xact_lock(hashtext('coterie/home-organisation'))`.execute(tx);
    const existing = await tx.selectFrom("organisations").select("id").where("is_home", "=", true).executeTakeFirst();
    const id = existing?.id ?? generateId(deps.random);
    if (existing === undefined) {
      const home = { id, name: "home", title: "Home", is_home: true, created_at_ms: deps.now() };
      await tx.insertInto("organisations").values(home).execute();
    }
    await tx
      .insertInto("public_keys")
      .values({
        key_id: keyIdBytes(deriveKeyId(deps.primitives, publicKey)),
        organisation_id: id,
        public: publicKey,
        label: "home sender",
        state: "imported",
        imported_at_ms: deps.now(),
        activated_at_ms: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  });
}
