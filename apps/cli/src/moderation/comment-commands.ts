/** `coterie comments list` and `decide`: which comments of a campaign are shown to everybody. */
import { CommentState } from "@coterie/protocol";
import { findCampaign } from "../campaigns/find-campaign.ts";
import { type Gateway } from "../gateway/gateway-client.ts";
import { withOrganisationGateway } from "../gateway/organisation-gateway.ts";
import { getOrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { type Arguments, commonOptions, gatewayOptions } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { UsageError } from "../terminal/errors.ts";
import { exitCodes } from "../terminal/exit-codes.ts";

/** What may be asked for and decided. */
type State = "awaiting" | "approved" | "rejected";

const states = ["awaiting", "approved", "rejected"] as const;

const stateMessage: { readonly [Name in State]: CommentState } = {
  awaiting: CommentState.AWAITING,
  approved: CommentState.APPROVED,
  rejected: CommentState.REJECTED,
};

/** As many as the gateway takes at once. */
const decidedAtOnce = 100;

/** Lists comments of a campaign. */
export const listCommentsCommand: Command = {
  name: "comments list",
  summary: "list comments of a campaign, those that await a decision unless told otherwise",
  help: [
    "Lists the comments that people left with their signature, oldest first: on the organisation's own pages, and on all pages of campaigns that it leads. Nothing about the person is told. Only comments that were approved are shown to the public.",
  ],
  options: {
    campaign: { type: "string", value: "NAME", help: "the campaign's short name" },
    state: { type: "string", value: "STATE", help: "awaiting (default), approved or rejected" },
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const state = args.findChoice("state", states) ?? "awaiting";
    const name = args.get("campaign");
    await asOrganisation(deps, args, async (gateway) => {
      const campaignId = await findCampaign(gateway, name);
      for (let pageToken = "", more = true; more; more = pageToken !== "") {
        const answer = await gateway.moderation.listComments({ campaignId, state: stateMessage[state], pageToken });
        for (const { actionId, text, writtenOnMs } of answer.comments) {
          const day = new Date(Number(writtenOnMs)).toISOString().slice(0, 10);
          // A line break inside must not look like the next comment.
          deps.terminal.result(`${actionId}  ${day}  ${text.replaceAll(/\r\n?|\n/g, " ⏎ ")}`);
          deps.terminal.json({ id: actionId, day, state, text });
        }
        pageToken = answer.nextPageToken;
      }
    });
    return exitCodes.ok;
  },
};

/** Approves, rejects, or takes decisions back. */
export const decideCommentsCommand: Command = {
  name: "comments decide",
  summary: "approve or reject comments, or take a decision back",
  help: [
    "Decides about comments by their ids, as `coterie comments list` shows them: approved ones are shown to everybody, rejected ones to nobody. `awaiting` takes an earlier decision back. The last decision counts, and every one is in the audit log.",
  ],
  options: {
    ids: { type: "string", value: "IDS", help: "ids of comments, separated by commas or spaces" },
    state: { type: "string", value: "STATE", help: "approved, rejected or awaiting" },
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const state = args.findChoice("state", states);
    if (state === undefined) throw new UsageError("--state is needed");
    const ids = [
      ...new Set(
        args
          .get("ids")
          .split(/[\s,]+/)
          .filter((id) => id !== ""),
      ),
    ];
    if (ids.length === 0) throw new UsageError("--ids names no comment");
    await asOrganisation(deps, args, async ({ moderation }) => {
      for (let at = 0; at < ids.length; at += decidedAtOnce) {
        await moderation.decideComments({ actionIds: ids.slice(at, at + decidedAtOnce), state: stateMessage[state] });
      }
    });
    deps.terminal.result(`${ids.length} ${ids.length === 1 ? "comment" : "comments"}: ${state}`);
    deps.terminal.json({ comments: ids.length, state });
    return exitCodes.ok;
  },
};

async function asOrganisation(deps: CliDeps, args: Arguments, use: (gateway: Gateway) => Promise<void>): Promise<void> {
  const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
  await withOrganisationGateway(deps, { args, folder }, use);
}
