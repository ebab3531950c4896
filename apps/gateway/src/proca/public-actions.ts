/** Actions that a campaign shows to everybody: those whose comment its staff approved (docs/protocol/abuse.md §6). */
import type { Bytes } from "@coterie/bytes";
import type { GatewayDeps } from "../deps.ts";
import { gatewayLimits } from "../limits.ts";
import { listApproved } from "../moderation/comments.ts";
import { dayOf, toPublicText } from "../moderation/public-text.ts";
import { ProcaError } from "./proca-errors.ts";

/** What Proca calls the public fields of actions of one type. */
export interface PublicActions {
  readonly fieldKeys: readonly string[];
  readonly list: readonly PublicAction[];
}

/** One of them: `actionId` is a number of the approval, and says nothing about the action. */
export interface PublicAction {
  readonly actionId: number;
  readonly actionType: string;
  readonly insertedAt: string;
  readonly fields: readonly { readonly key: string; readonly value: string }[];
}

/** The arguments of the field. */
export interface PublicActionsArgs {
  readonly actionType: string;
  readonly limit?: number | null;
}

/** The last approved of that type. Throws ProcaError "bad-input" where more are asked for than are given at once. */
export async function findPublicActions(
  deps: Pick<GatewayDeps, "db">,
  { campaignId, args }: { readonly campaignId: Bytes; readonly args: PublicActionsArgs },
): Promise<PublicActions> {
  const { actionType, limit } = args;
  const size = Math.min(limit ?? usualSize, gatewayLimits.publicComments);
  // PostgreSQL's text holds no NUL.
  if (size < 0 || actionType.includes("\0")) throw new ProcaError("bad-input");
  const rows = await listApproved(deps, { campaignId, before: 2 ** 31 - 1, size, actionType });
  return {
    fieldKeys: ["comment"],
    list: rows.map(({ number, text, created_at_ms }) => ({
      actionId: number,
      actionType,
      insertedAt: new Date(dayOf(created_at_ms)).toISOString().slice(0, 19),
      fields: [{ key: "comment", value: toPublicText(text) }],
    })),
  };
}

const usualSize = 20;
