/** Tokens of an organisation: one for each person or machine, with a label and a public id, each revocable by the others. */
import { type Bytes, encodeTextForm } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import type { Kysely } from "kysely";
import { type AuditActor, recordEvent } from "../audit/record-event.ts";
import type { Database } from "../db/schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId, generateId } from "../ids.ts";
import { parseTitle } from "../texts.ts";
import type { Caller } from "./authentication.ts";

/** What is known of a token. */
export interface StoredToken {
  readonly token_id: Bytes;
  readonly label: string;
  readonly created_at_ms: number;
}

/** A token just made: the only time that its text is known here. */
export interface FreshToken extends StoredToken {
  /** "ctok1…" */
  readonly secret: string;
}

type TokenDeps = Pick<GatewayDeps, "primitives" | "random" | "now">;

const mostTokens = 50;
const labelCharacters = 100;

/** An organisation's tokens, the oldest first. */
export async function listTokens(
  { db }: { readonly db: Kysely<Database> },
  organisationId: Bytes,
): Promise<readonly StoredToken[]> {
  return await db
    .selectFrom("organisation_tokens")
    .select(["token_id", "label", "created_at_ms"])
    .where("organisation_id", "=", organisationId)
    .orderBy("created_at_ms")
    .orderBy("token_id")
    .execute();
}

/** Makes another token. Throws RefusedError "invalid" without a label, "too-large" where the organisation has 50. */
export async function makeToken(
  deps: TokenDeps & Pick<GatewayDeps, "db">,
  { caller, label }: { readonly caller: Caller; readonly label: string },
): Promise<FreshToken> {
  const parsed = parseTitle(label);
  if (parsed.length > labelCharacters) throw new RefusedError("invalid");
  const { organisationId, tokenId } = caller;
  return await deps.db.transaction().execute(async (tx) => {
    await lockOrganisation(tx, organisationId);
    if ((await listTokens({ db: tx }, organisationId)).length >= mostTokens) throw new RefusedError("too-large");
    const actor = { kind: "organisation", tokenId } as const;
    return await storeToken(deps, { tx, organisationId, label: parsed, actor });
  });
}

/** Ends a token. Throws RefusedError "not-found"; "conflict" for the last one, which only the operator can replace. */
export async function revokeToken(
  deps: Pick<GatewayDeps, "db" | "random" | "now">,
  { caller, tokenId }: { readonly caller: Caller; readonly tokenId: Bytes },
): Promise<void> {
  const { organisationId } = caller;
  await deps.db.transaction().execute(async (tx) => {
    // Two tokens that revoke each other at once must not both succeed.
    await lockOrganisation(tx, organisationId);
    const actor = { kind: "organisation", tokenId: caller.tokenId } as const;
    const deleted = await deleteTokens(deps, { tx, organisationId, tokenId, actor });
    if (deleted === 0) throw new RefusedError("not-found");
    if ((await listTokens({ db: tx }, organisationId)).length === 0) throw new RefusedError("conflict");
  });
}

interface TokenChange {
  readonly tx: Kysely<Database>;
  readonly organisationId: Bytes;
  readonly actor: AuditActor;
}

/** Stores a fresh token, of which only the hash is kept. */
export async function storeToken(
  deps: TokenDeps,
  { tx, organisationId, actor, label }: TokenChange & { readonly label: string },
): Promise<FreshToken> {
  const token = randomBytes(deps.random, 32);
  const row = { token_id: generateId(deps.random), label, created_at_ms: deps.now() };
  await tx
    .insertInto("organisation_tokens")
    .values({ ...row, token_hash: deps.primitives.sha256(token), organisation_id: organisationId })
    .execute();
  const subject = encodeId("ctid", row.token_id);
  await recordEvent(deps, tx, { organisationId, actor, event: "token-made", subject, atMs: row.created_at_ms });
  const secret = encodeTextForm("ctok", token);
  token.fill(0);
  return { ...row, secret };
}

/** Deletes one token, or all where none is named; how many there were. */
export async function deleteTokens(
  deps: Pick<GatewayDeps, "random" | "now">,
  { tx, organisationId, actor, tokenId }: TokenChange & { readonly tokenId: Bytes | undefined },
): Promise<number> {
  const all = tx.deleteFrom("organisation_tokens").where("organisation_id", "=", organisationId);
  const chosen = tokenId === undefined ? all : all.where("token_id", "=", tokenId);
  const deleted = await chosen.returning("token_id").execute();
  for (const { token_id } of deleted) {
    const subject = encodeId("ctid", token_id);
    await recordEvent(deps, tx, { organisationId, actor, event: "token-revoked", subject, atMs: deps.now() });
  }
  return deleted.length;
}

async function lockOrganisation(tx: Kysely<Database>, organisationId: Bytes): Promise<void> {
  await tx.selectFrom("organisations").select("id").where("id", "=", organisationId).forUpdate().execute();
}
