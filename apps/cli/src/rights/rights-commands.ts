/** `coterie rights find` and `coterie rights retention`. */
import type { Retention } from "@coterie/protocol";
import type { Gateway } from "../gateway/gateway-client.ts";
import { withOrganisationGateway } from "../gateway/organisation-gateway.ts";
import { getOrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { type Arguments, commonOptions, gatewayOptions } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { UsageError } from "../terminal/errors.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { groupDigits } from "../terminal/progress.ts";
import { findEmail, personOptions } from "./person-options.ts";

/** Shows what the gateway holds of a person for this organisation. */
export const findPersonCommand: Command = {
  name: "rights find",
  summary: "show which contacts of one person the gateway holds for this organisation",
  help: [
    "Lists this organisation's contacts of one person at the gateway: campaign, page, time and consent, and nothing that the person filled in, since the gateway cannot read it (coterie contacts find can). Contacts that were sealed in a browser on a page without mails are not found by address.",
  ],
  options: { ...personOptions, ...gatewayOptions, ...commonOptions },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const email = await findEmail(args, deps.workingFolder);
    if (email === undefined) throw new UsageError("--email is needed");
    const { contacts } = await withOrganisationGateway(deps, { args, folder }, ({ rights }) =>
      rights.findPerson({ email }),
    );
    for (const contact of contacts) {
      const { $typeName: _name, createdAtMs, givenAtMs, ...rest } = contact;
      const [createdAt, givenAt] = [timeText(createdAtMs), timeText(givenAtMs)];
      deps.terminal.json({ ...rest, createdAt, givenAt });
      deps.terminal.result(
        `${rest.actionId}  signed ${createdAt}, campaign ${rest.campaignName}, page ${rest.pageName}`,
      );
      const confirmed = rest.confirmation === "not-asked" ? "" : `, ${rest.confirmation}`;
      deps.terminal.result(`  consent ${rest.purpose}: ${rest.optIn}${confirmed}, ${rest.wordingId}, given ${givenAt}`);
    }
    deps.terminal.note(`${groupDigits(contacts.length)} contacts`);
    return exitCodes.ok;
  },
};

/** Shows and sets how long a campaign keeps its persons. */
export const retentionCommand: Command = {
  name: "rights retention",
  summary: "show or set how long a campaign keeps its persons",
  help: [
    "Without --days, shows it. With --days N, the campaign's lead has its persons deleted N days after the campaign is closed, at the gateway and in the stores of all organisations that received them, except for who said yes to hearing from such an organisation: that one keeps them on its premises. Numbers stay. Nothing is deleted within a day of the setting, so that it can be taken back. --days 0 turns it off.",
  ],
  options: {
    campaign: { type: "string", value: "CAMPAIGN", help: "name or id of the campaign" },
    days: { type: "string", value: "N", help: "days after the end: 1 to 3650; 0: keep" },
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const days = args.findNumber("days", { min: 0, max: 3650 });
    const campaign = args.get("campaign");
    const retention = await withOrganisationGateway(deps, { args, folder }, async (gateway) => {
      const campaignId = await findCampaign(gateway, campaign);
      const answer =
        days === undefined
          ? await gateway.rights.getRetention({ campaignId })
          : await gateway.rights.setRetention({ campaignId, days });
      return answer.retention;
    });
    showRetention(deps, { args, retention });
    return exitCodes.ok;
  },
};

async function findCampaign({ organisations }: Pick<Gateway, "organisations">, named: string): Promise<string> {
  if (named.startsWith("ccam1")) return named;
  for (let pageToken = ""; ; ) {
    const page = await organisations.listCampaigns({ pageSize: 200, pageToken });
    const found = page.campaigns.find(({ name }) => name === named);
    if (found !== undefined) return found.id;
    if (page.nextPageToken === "") throw new UsageError("this organisation has no campaign of that name");
    pageToken = page.nextPageToken;
  }
}

function showRetention(
  deps: CliDeps,
  { args, retention }: { readonly args: Arguments; readonly retention: Retention | undefined },
): void {
  const { days = 0, closedAtMs = 0n, deletesAtMs = 0n, kept = 0n } = retention ?? {};
  const [closedAt, deletesAt] = [timeText(closedAtMs), timeText(deletesAtMs)];
  deps.terminal.json({ campaign: args.find("campaign"), days, closedAt, deletesAt, kept: Number(kept) });
  const rule =
    days === 0 ? "persons are kept until somebody erases them" : `persons are deleted ${days} days after the end`;
  deps.terminal.result(`${rule}; ${groupDigits(Number(kept))} actions have one`);
  if (closedAt !== "")
    deps.terminal.result(`  closed ${closedAt}${deletesAt === "" ? "" : `, deleted from ${deletesAt}`}`);
  else if (days > 0) deps.terminal.result("  the campaign is open: nothing is deleted before it is closed");
}

/** ISO 8601 in UTC; "" for 0. */
function timeText(ms: bigint): string {
  return ms === 0n ? "" : new Date(Number(ms)).toISOString();
}
