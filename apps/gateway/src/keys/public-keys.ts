/**
 * Public keys of organisations: imported, proven to open, activated, retired. The gateway never sees a secret key; that
 * somebody can open with a key is shown by a challenge before anything is sealed to it.
 */
import { type Bytes, copyBytes, equalBytes, Plaintext } from "@coterie/bytes";
import { InvalidPublicKeyError, randomBytes } from "@coterie/primitives";
import { deriveKeyId, keyIdBytes, sealEnvelope } from "@coterie/sealed-box/seal";
import { sql } from "kysely";
import { lockDeliveries } from "../db/delivery-lock.ts";
import type { PublicKeyTable } from "../db/schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { hasKeyLog } from "../key-log/stored-log.ts";
import { gatewayLimits } from "../limits.ts";
import { parseLabel } from "../texts.ts";
import { recordKeyEvent } from "./key-events.ts";

/** First field of an activation challenge's context. */
const activationLabel = "coterie/activation/1";

/** Whose key. */
export interface KeyName {
  readonly organisationId: Bytes;
  readonly keyId: Bytes;
}

/**
 * Stores a public key, not yet active. A key is no secret, so that another organisation may have named it first: that gives it nothing,
 * and whoever shows that it opens has it.
 * @throws RefusedError "invalid-key" on an unusable key, "conflict" where the organisation has it already or another one
 * showed that it opens, "too-large" where there are too many
 */
export async function importPublicKey(
  deps: Pick<GatewayDeps, "db" | "primitives" | "random" | "now">,
  input: {
    readonly organisationId: Bytes;
    readonly public: Uint8Array;
    readonly label: string;
    readonly tokenId?: Bytes | undefined;
  },
): Promise<PublicKeyTable> {
  const { db, primitives, now } = deps;
  const { organisationId } = input;
  checkUsable(primitives, input.public);
  const keyId = keyIdBytes(deriveKeyId(primitives, input.public));
  const row: PublicKeyTable = {
    key_id: keyId,
    organisation_id: organisationId,
    public: copyBytes(input.public),
    label: parseLabel(input.label),
    state: "imported",
    imported_at_ms: now(),
    activated_at_ms: null,
  };
  return await db.transaction().execute(async (tx) => {
    // One import of an organisation at a time: otherwise many at once would each see room for one more.
    await tx.selectFrom("organisations").select("id").where("id", "=", organisationId).forUpdate().execute();
    const own = tx.selectFrom("public_keys").where("organisation_id", "=", organisationId);
    const { size } = await own.select(({ fn }) => fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
    if (size >= gatewayLimits.keysPerOrganisation) throw new RefusedError("too-large");
    if (await isTaken({ db: tx }, { organisationId, keyId })) throw new RefusedError("conflict");
    await tx.insertInto("public_keys").values(row).execute();
    await recordKeyEvent(deps, tx, { organisationId, keyId, tokenId: input.tokenId, event: "key-imported" });
    return row;
  });
}

/** Whether the organisation has the key, or it is another's: of one that showed that it opens, or of this gateway itself. */
async function isTaken({ db }: Pick<GatewayDeps, "db">, { organisationId, keyId }: KeyName): Promise<boolean> {
  const { rows } = await sql`
    SELECT FROM public_keys k JOIN organisations o ON o.id = k.organisation_id
    WHERE k.key_id = ${keyId} AND (k.organisation_id = ${organisationId} OR k.activated_at_ms IS NOT NULL OR o.is_home)
    LIMIT 1`.execute(db);
  return rows.length > 0;
}

/** Whether another organisation showed that it opens with the key. Ask it under the delivery lock. */
export async function isHeldByOther(
  { db }: Pick<GatewayDeps, "db">,
  { organisationId, keyId }: KeyName,
): Promise<boolean> {
  const held = await db
    .selectFrom("public_keys")
    .select("key_id")
    .where("key_id", "=", keyId)
    .where("organisation_id", "!=", organisationId)
    .where("activated_at_ms", "is not", null)
    .executeTakeFirst();
  return held !== undefined;
}

function checkUsable(primitives: GatewayDeps["primitives"], publicKey: Uint8Array): void {
  try {
    primitives.checkAgreementPublicKey(publicKey);
  } catch (error) {
    if (error instanceof InvalidPublicKeyError) throw new RefusedError("invalid-key");
    throw error;
  }
}

/** All keys of an organisation, the newest first, with their states now. */
export async function listPublicKeys(
  { db, now }: Pick<GatewayDeps, "db" | "now">,
  organisationId: Bytes,
): Promise<readonly PublicKeyTable[]> {
  const nowMs = now();
  // The stored state is that of organisations without a key log.
  const { rows } = await sql<PublicKeyTable>`
    SELECT k.key_id, k.organisation_id, k.public, k.label, k.imported_at_ms, k.activated_at_ms,
      CASE WHEN EXISTS (SELECT FROM key_uses u WHERE u.key_id = k.key_id
                          AND u.organisation_id = k.organisation_id AND u.is_active AND u.from_ms <= ${nowMs} AND ${nowMs} < u.until_ms) THEN 'active'
           WHEN k.activated_at_ms IS NULL THEN 'imported'
           ELSE 'retired' END AS state
    FROM public_keys k WHERE k.organisation_id = ${organisationId}
    ORDER BY k.imported_at_ms DESC, k.key_id`.execute(db);
  return rows;
}

/** Seals 32 random bytes to the key; an earlier challenge of the key is void. Throws RefusedError "not-found". */
export async function startActivation(
  { db, primitives, random, now }: Pick<GatewayDeps, "db" | "primitives" | "random" | "now">,
  { organisationId, keyId }: KeyName,
): Promise<{ readonly challenge: Bytes; readonly expiresAtMs: number }> {
  const key = await db
    .selectFrom("public_keys")
    .select("public")
    .where("key_id", "=", keyId)
    .where("organisation_id", "=", organisationId)
    .executeTakeFirst();
  if (key === undefined) throw new RefusedError("not-found");
  const secret = randomBytes(random, 32);
  const expiresAtMs = now() + gatewayLimits.challengeLifeMs;
  const row = {
    organisation_id: organisationId,
    key_id: keyId,
    challenge_hash: primitives.sha256(secret),
    expires_at_ms: expiresAtMs,
  };
  const plaintext = Plaintext.own(secret);
  const context = [activationLabel, organisationId, keyId];
  const challenge = sealEnvelope({ primitives, random }, { plaintext, recipients: [key.public], context });
  plaintext.destroy();
  await db
    .insertInto("key_challenges")
    .values(row)
    .onConflict((conflict) => conflict.columns(["organisation_id", "key_id"]).doUpdateSet(row))
    .execute();
  return { challenge, expiresAtMs };
}

/**
 * Makes the key the organisation's active one; the one before is retired. Every attempt, right or wrong, uses the
 * challenge up.
 * @throws RefusedError "not-found", "not-proven" on a wrong, expired, used or missing challenge, or "conflict" where the
 * organisation has a key log (then its entries activate keys) or another organisation showed that it opens with the key
 */
export async function activatePublicKey(
  deps: Pick<GatewayDeps, "db" | "primitives" | "random" | "now">,
  {
    organisationId,
    keyId,
    proof,
    tokenId,
  }: KeyName & { readonly proof: Uint8Array; readonly tokenId?: Bytes | undefined },
): Promise<PublicKeyTable> {
  const { db, now } = deps;
  await requireProof(deps, { organisationId, keyId, proof });
  return await db.transaction().execute(async (tx) => {
    await lockDeliveries(tx);
    // Where there is a log, its authority alone decides.
    if (await hasKeyLog({ db: tx }, organisationId)) throw new RefusedError("conflict");
    if (await isHeldByOther({ db: tx }, { organisationId, keyId })) throw new RefusedError("conflict");
    await recordKeyEvent(deps, tx, { organisationId, keyId, tokenId, event: "key-activated" });
    await tx
      .updateTable("public_keys")
      .set({ state: "retired" })
      .where("organisation_id", "=", organisationId)
      .where("state", "=", "active")
      .where("key_id", "!=", keyId)
      .execute();
    return await tx
      .updateTable("public_keys")
      .set({ state: "active", activated_at_ms: now() })
      .where("organisation_id", "=", organisationId)
      .where("key_id", "=", keyId)
      .returningAll()
      .executeTakeFirstOrThrow();
  });
}

/**
 * Uses the challenge of a key up, whether the proof is right or wrong.
 * @throws RefusedError "not-found", or "not-proven" on a wrong, expired, used or missing challenge
 */
export async function requireProof(
  deps: Pick<GatewayDeps, "db" | "primitives" | "now">,
  { organisationId, keyId, proof }: KeyName & { readonly proof: Uint8Array },
): Promise<void> {
  const { db, primitives, now } = deps;
  await requireKey(deps, { organisationId, keyId });
  // In a transaction of its own: the challenge stays used up when what follows is refused.
  const challenge = await db
    .deleteFrom("key_challenges")
    .where("organisation_id", "=", organisationId)
    .where("key_id", "=", keyId)
    .returningAll()
    .executeTakeFirst();
  const proven = challenge !== undefined && equalBytes(challenge.challenge_hash, primitives.sha256(proof));
  if (!proven || challenge.expires_at_ms < now()) throw new RefusedError("not-proven");
}

async function requireKey({ db }: Pick<GatewayDeps, "db">, { organisationId, keyId }: KeyName): Promise<void> {
  const key = await db
    .selectFrom("public_keys")
    .select("key_id")
    .where("key_id", "=", keyId)
    .where("organisation_id", "=", organisationId)
    .executeTakeFirst();
  if (key === undefined) throw new RefusedError("not-found");
}
