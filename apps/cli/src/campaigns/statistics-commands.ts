/** `coterie campaigns statistics` and `coterie campaigns recount`. */
import type { StatisticsTable } from "@coterie/protocol";
import type { Gateway } from "../gateway/gateway-client.ts";
import { withOrganisationGateway } from "../gateway/organisation-gateway.ts";
import { getOrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { type Arguments, commonOptions, gatewayOptions, type OptionSpecs } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { groupDigits } from "../terminal/progress.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { findCampaign } from "./find-campaign.ts";

const options: OptionSpecs = {
  campaign: { type: "string", value: "NAME", help: "the campaign's short name" },
  ...gatewayOptions,
  ...commonOptions,
};

/** Shows the numbers of a campaign. */
export const statisticsCommand: Command = {
  name: "campaigns statistics",
  summary: "show how many signed, by page, day, area and source",
  help: [
    "Shows a campaign's numbers: of the whole campaign to the organisation that leads it, of its own pages to any other. Each person counts once. Days (in UTC), areas and sources with fewer than five are not shown, nor are the others that would give them away: what is missing is told as one number.",
  ],
  options,
  async run(deps, args) {
    const answer = await asOrganisation(
      deps,
      args,
      async ({ statistics }, campaignId) => await statistics.getStatistics({ campaignId }),
    );
    const { terminal } = deps;
    const whose = answer.wholeCampaign ? "the whole campaign" : "the organisation's own pages";
    const counted = Number(answer.counted);
    const duplicates = Number(answer.duplicates);
    terminal.result(`${groupDigits(counted)} signed on ${whose}, ${groupDigits(duplicates)} signatures more than once`);
    const { pages, days, areas, sources } = answer;
    for (const [title, table] of Object.entries({ pages, days, areas, sources })) showTable(terminal, { title, table });
    terminal.json({
      wholeCampaign: answer.wholeCampaign,
      counted,
      duplicates,
      pages: toJson(pages),
      days: toJson(days),
      areas: toJson(areas),
      sources: toJson(sources),
    });
    return exitCodes.ok;
  },
};

/** Counts a campaign again. */
export const recountCommand: Command = {
  name: "campaigns recount",
  summary: "count a campaign's signatures again and correct its numbers",
  help: [
    "Compares the campaign's counter and its numbers by page and day with the signatures they count, and corrects what differs. The gateway does the same by itself several times a day, and should never find anything. Only the organisation that leads the campaign may ask; signatures are taken in meanwhile.",
  ],
  options,
  async run(deps, args) {
    const { before, after, corrected } = await asOrganisation(
      deps,
      args,
      async ({ statistics }, campaignId) => await statistics.recountCampaign({ campaignId }),
    );
    const change = before === after ? "the counter was right" : `the counter was ${groupDigits(Number(before))}`;
    deps.terminal.result(
      `${groupDigits(Number(after))} signed: ${change}, ${groupDigits(corrected)} numbers by page and day corrected`,
    );
    deps.terminal.json({ before: Number(before), after: Number(after), corrected });
    return exitCodes.ok;
  },
};

async function asOrganisation<Result>(
  deps: CliDeps,
  args: Arguments,
  use: (gateway: Gateway, campaignId: string) => Promise<Result>,
): Promise<Result> {
  const name = args.get("campaign");
  const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
  return await withOrganisationGateway(
    deps,
    { args, folder },
    async (gateway) => await use(gateway, await findCampaign(gateway, name)),
  );
}

interface Titled {
  readonly title: string;
  readonly table: StatisticsTable | undefined;
}

function showTable(terminal: Terminal, { title, table }: Titled): void {
  terminal.result("");
  terminal.result(title);
  for (const line of linesOf(table, "  ")) terminal.result(line);
}

function linesOf(table: StatisticsTable | undefined, indent: string): readonly string[] {
  if (table === undefined) return [];
  const rows = table.rows.flatMap(({ key, counted, parts }) => [
    `${indent}${groupDigits(Number(counted)).padStart(9)}  ${wordFor(key)}`,
    ...linesOf(parts, `${indent}    `),
  ]);
  const rest =
    table.notShown === 0n ? [] : [`${indent}${groupDigits(Number(table.notShown)).padStart(9)}  not shown apart`];
  return [...rows, ...rest];
}

function wordFor(key: string): string {
  return { "": "(unknown)", "*": "(others)" }[key] ?? key;
}

interface TableJson {
  readonly rows: readonly { readonly key: string; readonly counted: number; readonly parts?: TableJson }[];
  readonly notShown: number;
}

function toJson(table: StatisticsTable | undefined): TableJson {
  const rows = (table?.rows ?? []).map(({ key, counted, parts }) => ({
    key,
    counted: Number(counted),
    ...(parts === undefined ? {} : { parts: toJson(parts) }),
  }));
  return { rows, notShown: Number(table?.notShown ?? 0n) };
}
