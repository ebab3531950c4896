/**
 * Questions of persons (docs/protocol/rights.md §5). Every question is stored alike, its address sealed to the current mail key, and is
 * answered by mail from a loop: whoever asks learns nothing on the spot, not from the answer and not from its time.
 */
import { formSchemas, validatePerson } from "@coterie/actions";
import { type Bytes, CoterieError, decodeHex, encodeHex } from "@coterie/bytes";
import { parseMailKeyId, sealForMail } from "@coterie/vault";
import { sql } from "kysely";
import type { RightsRequestTable } from "../db/rights-schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId, generateId } from "../ids.ts";
import type { MailKeys } from "../mails/mail-keys.ts";

/** How long a question waits for a mail server: shorter than any mail key lives. */
export const requestLifeMs: number = 2 * 3_600_000;

/** Questions that may wait; further ones are refused. */
const mostWaiting = 10_000;

/** What storing needs. */
export interface RequestDeps extends Pick<GatewayDeps, "db" | "primitives" | "random" | "now"> {
  readonly mailKeys: MailKeys;
}

/** The address in the form's spelling, or undefined where the text is none. */
export function parseAddress(text: string): string | undefined {
  const checked = validatePerson(
    formSchemas["basic/1"],
    { firstName: "A", email: text },
    { requiredFields: [], now: () => 0 },
  );
  const email = checked.kind === "valid" ? checked.person["email"] : undefined;
  return typeof email === "string" ? email : undefined;
}

/** Stores a question. Throws RefusedError "unavailable" where too many wait. */
export async function storeRequest(
  deps: RequestDeps,
  { email, locale }: { readonly email: string; readonly locale: string },
): Promise<void> {
  const { db, random, now, mailKeys } = deps;
  const id = generateId(random);
  const key = await mailKeys.current();
  const box = sealForMail(deps, {
    keyId: key.keyId,
    mailPublicKey: key.publicKey,
    // Bound to the question as boxes of actions are to theirs: neither opens in the place of the other.
    actionId: encodeId("cact", id),
    email,
    firstName: "",
  });
  const { rows } = await sql`
    INSERT INTO rights_requests (id, key_id, sender_public_key, nonce, payload, locale, created_at_ms, due_at_ms)
    SELECT ${id}, ${decodeHex(box.keyId)}, ${box.senderPublicKey}, ${box.nonce}, ${box.payload}, ${locale},
      ${now()}, ${now()}
    WHERE (SELECT count(*) FROM rights_requests) < ${mostWaiting} RETURNING id`.execute(db);
  if (rows.length === 0) throw new RefusedError("unavailable");
}

/** A question that this process may answer until its lease ends. */
export type ClaimedRequest = Omit<RightsRequestTable, "due_at_ms">;

/** Claims questions that are due, the oldest first. */
export async function claimRequests(
  { pool, now }: Pick<GatewayDeps, "pool" | "now">,
  { leaseMs, most }: { readonly leaseMs: number; readonly most: number },
): Promise<readonly ClaimedRequest[]> {
  const { rows } = await pool.query<ClaimedRequest>(
    `UPDATE rights_requests SET due_at_ms = $1::bigint + $2::bigint WHERE id IN (
       SELECT id FROM rights_requests WHERE due_at_ms <= $1 ORDER BY due_at_ms LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING id, key_id, sender_public_key, nonce, payload, locale, created_at_ms`,
    [now(), leaseMs, most],
  );
  return rows;
}

/** Forgets a question: it was answered, or nobody can. */
export async function dropRequest({ pool }: Pick<GatewayDeps, "pool">, id: Bytes): Promise<void> {
  await pool.query("DELETE FROM rights_requests WHERE id = $1", [id]);
}

/** Who asks, or undefined where the mail key is gone or the box was changed. */
export async function openRequest(
  { mailKeys }: Pick<RequestDeps, "mailKeys">,
  { id, key_id, sender_public_key, nonce, payload }: ClaimedRequest,
): Promise<string | undefined> {
  const box = { keyId: parseMailKeyId(encodeHex(key_id)), senderPublicKey: sender_public_key, nonce, payload };
  try {
    const opened = await mailKeys.keyring.open({ box, actionId: encodeId("cact", id) });
    try {
      return opened.email.exposeText();
    } finally {
      opened.destroy();
    }
  } catch (error) {
    if (error instanceof CoterieError && error.code !== "vault/mail-key-file") return undefined;
    throw error;
  }
}
