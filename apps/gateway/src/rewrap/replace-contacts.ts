/**
 * Replacing contacts by what their organisation sealed again. Compare-and-set on action, organisation, old key and the hash of the old
 * payload: whatever is interrupted, a row is the old contact with its header or the new one with its own, never a mixture.
 */
import { type ConsentRecord, hashConsentRecord } from "@coterie/actions";
import { type Bytes, copyBytes, encodeHex, encodeTextForm } from "@coterie/bytes";
import { InvalidPublicKeyError } from "@coterie/primitives";
import { createContactHeader, deriveKeyId, encodeContactHeader, signContactHeader } from "@coterie/sealed-box/seal";
import { sql } from "kysely";
import { lockDeliveries } from "../db/delivery-lock.ts";
import type { ContactTable, StoredOptIn, StoredSealing } from "../db/schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId } from "../ids.ts";

/** One contact, sealed again. */
export interface Replacement {
  readonly actionId: Bytes;
  readonly oldPayloadHash: Uint8Array;
  readonly payload: Uint8Array;
  readonly nonce: Uint8Array;
  readonly signKey: Uint8Array;
}

/** From which key to which. */
export interface ReplaceInput {
  readonly organisationId: Bytes;
  readonly oldKeyId: Bytes;
  readonly newKeyId: Bytes;
  /** 1 to 200, of different actions. */
  readonly replacements: readonly Replacement[];
}

/** What replacing needs. */
export type ReplaceDeps = Pick<GatewayDeps, "db" | "primitives" | "now" | "secrets">;

const mostReplacements = 200;

interface StoredRow extends ContactTable {
  readonly public: Bytes;
  readonly campaign_id: Bytes;
  readonly page_id: Bytes;
  readonly sealing: StoredSealing;
  readonly created_at_ms: number;
}

/** A replacement with its new header's signature. */
interface SignedReplacement extends Replacement {
  readonly headerSignature: Bytes;
}

/**
 * The actions whose contacts were replaced.
 * @throws RefusedError "invalid", "too-large", "not-found" (a key that is not the organisation's), "wrong-key" where the new key
 * is not the active one
 */
export async function replaceContacts(deps: ReplaceDeps, input: ReplaceInput): Promise<readonly Bytes[]> {
  const { replacements } = input;
  if (replacements.length > mostReplacements) throw new RefusedError("too-large");
  const actionIds = new Set(replacements.map(({ actionId }) => encodeHex(actionId)));
  if (replacements.length === 0 || actionIds.size !== replacements.length) throw new RefusedError("invalid");
  for (const replacement of replacements) checkReplacement(deps, replacement);
  const newPublic = await requireActive(deps, input);
  const rows = await readRows(deps, input);
  const signed = replacements.flatMap((replacement): SignedReplacement[] => {
    const row = rows.get(encodeHex(replacement.actionId));
    const headerSignature = row === undefined ? undefined : signAgain(deps, { row, replacement, newPublic });
    return headerSignature === undefined ? [] : [{ ...replacement, headerSignature }];
  });
  if (signed.length === 0) return [];
  return await deps.db.transaction().execute(async (tx) => {
    await lockDeliveries(tx);
    // The key may have been revoked meanwhile.
    await requireActive({ ...deps, db: tx }, input);
    return await writeRows({ db: tx }, { ...input, signed });
  });
}

function checkReplacement({ primitives }: ReplaceDeps, { oldPayloadHash, nonce, signKey }: Replacement): void {
  if (oldPayloadHash.length !== 32 || nonce.length !== 24) throw new RefusedError("invalid");
  try {
    primitives.checkAgreementPublicKey(signKey);
  } catch (error) {
    if (error instanceof InvalidPublicKeyError) throw new RefusedError("invalid");
    throw error;
  }
}

async function requireActive(
  { db, now }: Pick<GatewayDeps, "db" | "now">,
  { organisationId, oldKeyId, newKeyId }: ReplaceInput,
): Promise<Bytes> {
  const nowMs = now();
  const { rows } = await sql<{ key_id: Bytes; public: Bytes; is_active: boolean }>`
    SELECT k.key_id, k.public, EXISTS (SELECT FROM key_uses u WHERE u.key_id = k.key_id
      AND u.organisation_id = k.organisation_id AND u.is_active AND u.from_ms <= ${nowMs} AND ${nowMs} < u.until_ms) AS is_active
    FROM public_keys k WHERE k.organisation_id = ${organisationId} AND k.key_id IN (${oldKeyId}, ${newKeyId})`.execute(
    db,
  );
  const next = rows.find(({ key_id }) => encodeHex(key_id) === encodeHex(newKeyId));
  if (rows.length !== 2 || next === undefined) throw new RefusedError("not-found");
  if (!next.is_active) throw new RefusedError("wrong-key");
  return next.public;
}

async function readRows(
  { db }: Pick<GatewayDeps, "db">,
  { organisationId, oldKeyId, replacements }: ReplaceInput,
): Promise<ReadonlyMap<string, StoredRow>> {
  const { rows } = await sql<StoredRow>`
    SELECT c.*, k.public, a.campaign_id, a.page_id, a.sealing, a.created_at_ms
    FROM contacts c JOIN actions a ON a.id = c.action_id
    JOIN public_keys k ON k.key_id = c.key_id AND k.organisation_id = c.organisation_id
    WHERE c.organisation_id = ${organisationId} AND c.key_id = ${oldKeyId}
      AND c.action_id IN (${sql.join(replacements.map(({ actionId }) => actionId))})`.execute(db);
  return new Map(rows.map((row) => [encodeHex(row.action_id), row]));
}

interface Signing {
  readonly row: StoredRow;
  readonly replacement: Replacement;
  readonly newPublic: Bytes;
}

/** The new header's signature; undefined where the row is no longer what was opened, or was not what this gateway signed. */
function signAgain({ primitives, secrets }: ReplaceDeps, { row, replacement, newPublic }: Signing): Bytes | undefined {
  const { payload, nonce, signKey, oldPayloadHash } = replacement;
  if (payload.length !== row.payload.length) return undefined;
  if (encodeHex(primitives.sha256(row.payload)) !== encodeHex(oldPayloadHash)) return undefined;
  const headerOf = (sealed: Pick<Replacement, "payload" | "nonce" | "signKey">, publicKey: Bytes) =>
    createContactHeader(primitives, {
      contact: {
        payload: sealed.payload,
        nonce: sealed.nonce,
        publicKey: { id: deriveKeyId(primitives, publicKey), public: publicKey },
        signKey: { id: deriveKeyId(primitives, sealed.signKey), public: sealed.signKey },
      },
      action: encodeId("cact", row.action_id),
      campaign: encodeId("ccam", row.campaign_id),
      page: encodeId("cpag", row.page_id),
      organisation: encodeId("corg", row.organisation_id),
      commitment: row.commitment,
      consentHash: hashConsentRecord(primitives, consentOf(row)),
      sealing: row.sealing,
      createdAtMs: row.created_at_ms,
    });
  // A row that somebody changed in the database must not get a signature that makes it genuine.
  const old = headerOf({ payload: row.payload, nonce: row.nonce, signKey: row.sign_key }, row.public);
  if (!primitives.verify(secrets.signing.publicKey, encodeContactHeader(old), row.header_signature)) return undefined;
  const header = headerOf({ payload, nonce, signKey }, newPublic);
  return signContactHeader({ primitives }, { header, signingKey: secrets.signing.secretKey });
}

const optInText: { readonly [Answer in StoredOptIn]: ConsentRecord["optIn"] } = { 0: "no", 1: "yes", 2: "not-asked" };

function consentOf(row: StoredRow): ConsentRecord {
  return {
    organisationId: encodeId("corg", row.organisation_id),
    pageId: encodeTextForm("cpag", row.page_id),
    purpose: row.consent_purpose === "delivery" ? "delivery" : "newsletter",
    optIn: optInText[row.consent_opt_in],
    wordingId: row.consent_wording_id,
    wordingHash: row.consent_wording_hash,
    locale: row.consent_locale,
    givenAtMs: row.consent_given_at_ms,
  };
}

async function writeRows(
  { db }: Pick<GatewayDeps, "db">,
  { organisationId, oldKeyId, newKeyId, signed }: ReplaceInput & { readonly signed: readonly SignedReplacement[] },
): Promise<readonly Bytes[]> {
  const replaced: Bytes[] = [];
  for (const { actionId, oldPayloadHash, payload, nonce, signKey, headerSignature } of signed) {
    const row = await db
      .updateTable("contacts")
      .set({
        payload: copyBytes(payload),
        nonce: copyBytes(nonce),
        sign_key: copyBytes(signKey),
        key_id: newKeyId,
        header_signature: headerSignature,
      })
      .where("action_id", "=", actionId)
      .where("organisation_id", "=", organisationId)
      .where("key_id", "=", oldKeyId)
      .where(sql<boolean>`sha256(payload) = ${copyBytes(oldPayloadHash)}`)
      .returning("action_id")
      .executeTakeFirst();
    if (row !== undefined) replaced.push(row.action_id);
  }
  return replaced;
}
