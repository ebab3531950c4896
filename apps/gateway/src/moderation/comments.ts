/**
 * Comments and what staff decide about them (docs/protocol/abuse.md §6). A comment is the custom field `comment` of an action and stays in
 * it: a decision is a row beside it. So a comment whose action is not accepted, or was erased, is nowhere to be found.
 */
import { type Bytes, decodeBase64Url, encodeBase64Url, toBytes } from "@coterie/bytes";
import { sql } from "kysely";
import type { GatewayDeps } from "../deps.ts";
import { recordEvent } from "../audit/record-event.ts";
import { inTransaction } from "../db/transaction.ts";
import { RefusedError } from "../errors.ts";
import { encodeId } from "../ids.ts";
import { gatewayLimits } from "../limits.ts";
import type { Caller } from "../organisations/authentication.ts";

/** Whether a comment is shown. */
export type CommentState = "awaiting" | "approved" | "rejected";

/** One comment as staff see it. */
export interface StaffComment {
  readonly actionId: Bytes;
  readonly pageId: Bytes;
  readonly text: string;
  readonly state: CommentState;
  readonly createdAtMs: number;
  readonly decidedAtMs: number;
}

/** Which comments are asked for. */
export interface CommentQuery {
  readonly organisationId: Bytes;
  readonly campaignId: Bytes;
  readonly state: CommentState;
  readonly size: number;
  readonly pageToken: string;
}

interface Row {
  readonly id: Bytes;
  readonly page_id: Bytes;
  readonly text: string;
  readonly created_at_ms: number;
  readonly decided_at_ms: number | null;
}

/** The organisation's own: those of pages that it runs and of campaigns that it leads. */
const isOwn = (organisationId: Bytes): ReturnType<typeof sql> =>
  sql`(p.organisation_id = ${organisationId} OR c.lead_organisation_id = ${organisationId})`;

/** Oldest first. */
export async function listComments(
  { db }: Pick<GatewayDeps, "db">,
  query: CommentQuery,
): Promise<{ readonly comments: readonly StaffComment[]; readonly nextPageToken: string }> {
  const { organisationId, campaignId, state, size } = query;
  const after = parsePlace(query.pageToken);
  const { rows } = await sql<Row>`
    SELECT a.id, a.page_id, a.custom_fields ->> 'comment' AS text, a.created_at_ms, d.decided_at_ms
    FROM actions a
    JOIN action_pages p ON p.id = a.page_id
    JOIN campaigns c ON c.id = a.campaign_id
    LEFT JOIN comment_decisions d ON d.action_id = a.id
    WHERE a.campaign_id = ${campaignId} AND a.state = 'accepted' AND a.custom_fields ->> 'comment' <> ''
      AND ${isOwn(organisationId)} AND coalesce(d.state, 'awaiting') = ${state}
      AND (a.created_at_ms, a.id) > (${after.createdAtMs}, ${after.id})
    ORDER BY a.created_at_ms, a.id LIMIT ${size + 1}`.execute(db);
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  return {
    comments: shown.map((row) => ({
      actionId: row.id,
      pageId: row.page_id,
      text: row.text,
      state,
      createdAtMs: row.created_at_ms,
      decidedAtMs: row.decided_at_ms ?? 0,
    })),
    nextPageToken: rows.length > size && last !== undefined ? encodePlace(last) : "",
  };
}

/** A decision about some comments. */
export interface CommentDecision {
  readonly caller: Pick<Caller, "organisationId" | "tokenId">;
  readonly actionIds: readonly Bytes[];
  readonly state: CommentState;
}

/**
 * Decides about all of them or, where one is not the caller's or not there, about none.
 * @throws RefusedError "not-found"
 */
export async function decideComments(
  deps: Pick<GatewayDeps, "pool" | "random" | "now">,
  { caller, actionIds, state }: CommentDecision,
): Promise<void> {
  const atMs = deps.now();
  await inTransaction(deps, async (client) => {
    // The rows are held, so that an erasure at this moment comes before or after.
    const { rows } = await client.query<{ id: Bytes; campaign_id: Bytes; decided: CommentState }>(
      `SELECT a.id, a.campaign_id, coalesce(d.state, 'awaiting') AS decided
       FROM actions a
       JOIN action_pages p ON p.id = a.page_id
       JOIN campaigns c ON c.id = a.campaign_id
       LEFT JOIN comment_decisions d ON d.action_id = a.id
       WHERE a.id = ANY($1::bytea[]) AND a.state = 'accepted' AND a.custom_fields ->> 'comment' <> ''
         AND (p.organisation_id = $2 OR c.lead_organisation_id = $2)
       ORDER BY a.created_at_ms, a.id FOR UPDATE OF a`,
      [actionIds, caller.organisationId],
    );
    if (rows.length !== actionIds.length) throw new RefusedError("not-found");
    const changed = rows.filter(({ decided }) => decided !== state);
    const ids = changed.map(({ id }) => id);
    if (state === "awaiting") {
      await client.query("DELETE FROM comment_decisions WHERE action_id = ANY($1::bytea[])", [ids]);
    } else {
      await client.query(
        `INSERT INTO comment_decisions (action_id, campaign_id, state, organisation_id, decided_at_ms)
         SELECT id, campaign_id, $3, $4, $5 FROM unnest($1::bytea[], $2::bytea[]) AS one (id, campaign_id)
         ON CONFLICT (action_id) DO UPDATE SET state = excluded.state, organisation_id = excluded.organisation_id,
           decided_at_ms = excluded.decided_at_ms`,
        [ids, changed.map(({ campaign_id }) => campaign_id), state, caller.organisationId, atMs],
      );
    }
    for (const id of ids) {
      await recordEvent(deps, client, {
        organisationId: caller.organisationId,
        actor: { kind: "organisation", tokenId: caller.tokenId },
        event: eventByState[state],
        subject: encodeId("cact", id),
        atMs,
      });
    }
  });
}

const eventByState = {
  awaiting: "comment-decision-undone",
  approved: "comment-approved",
  rejected: "comment-rejected",
} as const;

/** An approved comment. */
export interface PublicRow {
  /** Grows with every approval; says nothing about the action. */
  readonly number: number;
  readonly text: string;
  readonly created_at_ms: number;
}

/** Approved comments of a campaign below `before`, the last approved first. */
export async function listApproved(
  { db }: Pick<GatewayDeps, "db">,
  { campaignId, before, size, actionType }: ApprovedQuery,
): Promise<readonly PublicRow[]> {
  const ofType = actionType === undefined ? sql`true` : sql`p.action_type = ${actionType}`;
  const { rows } = await sql<PublicRow>`
    SELECT d.number, a.custom_fields ->> 'comment' AS text, a.created_at_ms
    FROM comment_decisions d
    JOIN actions a ON a.id = d.action_id
    JOIN action_pages p ON p.id = a.page_id
    WHERE d.campaign_id = ${campaignId} AND d.state = 'approved' AND d.number < ${before}
      AND a.state = 'accepted' AND a.custom_fields ->> 'comment' <> '' AND ${ofType}
    ORDER BY d.number DESC LIMIT ${size}`.execute(db);
  return rows;
}

/** Which approved comments are asked for. */
export interface ApprovedQuery {
  readonly campaignId: Bytes;
  readonly before: number;
  readonly size: number;
  readonly actionType?: string;
}

/** Refuses comments that are longer than any that would be shown. Throws RefusedError "too-large". */
export function checkComment({ comment = "" }: Readonly<Record<string, string>>): void {
  if (comment.length > gatewayLimits.commentCharacters) throw new RefusedError("too-large");
}

interface Place {
  readonly createdAtMs: number;
  readonly id: Bytes;
}

function encodePlace({ created_at_ms, id }: Row): string {
  const bytes = new Uint8Array(24);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(created_at_ms));
  bytes.set(id, 8);
  return encodeBase64Url(bytes);
}

function parsePlace(token: string): Place {
  if (token === "") return { createdAtMs: 0, id: toBytes(new Uint8Array(0)) };
  try {
    const bytes = decodeBase64Url(token);
    if (bytes.length !== 24) throw new RefusedError("invalid");
    const createdAtMs = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0));
    if (!Number.isSafeInteger(createdAtMs)) throw new RefusedError("invalid");
    return { createdAtMs, id: bytes.slice(8) };
  } catch {
    throw new RefusedError("invalid");
  }
}
