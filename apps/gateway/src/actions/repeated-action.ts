/** The answer to a submission that was already taken in, from what is stored. */
import { type Bytes, equalBytes } from "@coterie/bytes";
import { sql } from "kysely";
import type { ActionState } from "../db/schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";

/** What a receipt says beyond the action id. */
export interface RepeatedReceipt {
  readonly counter: number;
  readonly receivedBy: readonly string[];
  readonly awaitsConfirmation: boolean;
}

interface Row {
  readonly request_mac: Bytes;
  readonly counter: number;
  readonly title: string;
  readonly state: ActionState;
}

/**
 * The receipt of a stored action that the same request made, or undefined where there is no such action.
 * @throws RefusedError "conflict" where another request made it
 */
export async function findRepeated(
  { db }: Pick<GatewayDeps, "db">,
  { actionId, mac }: { readonly actionId: Bytes; readonly mac: Bytes },
): Promise<RepeatedReceipt | undefined> {
  const { rows } = await sql<Row>`
    SELECT a.request_mac, a.state, n.actions AS counter, o.title
    FROM actions a
    JOIN action_pages p ON p.id = a.page_id
    JOIN campaign_counters n ON n.campaign_id = a.campaign_id
    JOIN contacts c ON c.action_id = a.id
    JOIN organisations o ON o.id = c.organisation_id
    WHERE a.id = ${actionId}
    ORDER BY (c.organisation_id <> p.organisation_id)`.execute(db);
  const first = rows[0];
  if (first === undefined) return undefined;
  if (!equalBytes(first.request_mac, mac)) throw new RefusedError("conflict");
  return {
    counter: first.counter,
    receivedBy: rows.map(({ title }) => title),
    awaitsConfirmation: first.state === "pending",
  };
}
