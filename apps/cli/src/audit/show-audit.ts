/** `coterie audit show`: the organisation's own events. */
import type { AuditEvent } from "@coterie/protocol";
import { withOrganisationGateway } from "../gateway/organisation-gateway.ts";
import { getOrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { commonOptions, gatewayOptions } from "../terminal/arguments.ts";
import type { Command } from "../terminal/command.ts";
import { exitCodes } from "../terminal/exit-codes.ts";

const usualEvents = 50;

/** Shows events, the oldest of them first. */
export const showAuditCommand: Command = {
  name: "audit show",
  summary: "show what happened: keys, tokens, settings, pulls",
  help: [
    "Shows the organisation's latest events in the gateway's audit log: when, what, about which key, page or campaign, and with which of the organisation's tokens. `coterie audit verify` checks that none of them was changed.",
  ],
  options: {
    limit: { type: "string", value: "N", help: `how many events at most (default ${usualEvents}, at most 1000)` },
    before: { type: "string", value: "PLACE", help: "only events before this place in the log" },
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const limit = args.findNumber("limit", { min: 1, max: 1000 }) ?? usualEvents;
    const before = args.findNumber("before", { min: 1, max: Number.MAX_SAFE_INTEGER }) ?? 0;
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const { events, labels } = await withOrganisationGateway(deps, { args, folder }, async (gateway) => {
      const listed = await gateway.audit.listAuditEvents({ limit, beforeSeq: BigInt(before) });
      const { tokens } = await gateway.settings.listTokens({});
      return { events: listed.events, labels: new Map(tokens.map(({ id, label }) => [id, label])) };
    });
    for (const event of events.toReversed()) {
      deps.terminal.result(describeEvent(event, labels));
      deps.terminal.json(eventForScripts(event));
    }
    return exitCodes.ok;
  },
};

/** An event in one line. */
export function describeEvent(event: AuditEvent, labels: ReadonlyMap<string, string>): string {
  const { seq, atMs, subject, amount, actor, tokenId } = event;
  const time = new Date(Number(atMs)).toISOString().slice(0, 19).replace("T", " ");
  const count = amount === 0n ? "" : ` (${amount})`;
  const by =
    actor === "organisation" ? (labels.get(tokenId) ?? (tokenId === "" ? "" : "a token revoked since")) : actor;
  return [String(seq).padStart(6), time, `${event.event}${count}`.padEnd(26), subject, by === "" ? "" : `by ${by}`]
    .filter((part) => part !== "")
    .join("  ");
}

/** An event for scripts. */
export function eventForScripts({ seq, atMs, event, subject, amount, actor, tokenId }: AuditEvent): object {
  return {
    place: Number(seq),
    at: new Date(Number(atMs)).toISOString(),
    event,
    subject,
    amount: Number(amount),
    actor,
    tokenId,
  };
}
