/** `coterie pages …`: the pages that an organisation runs. */
import { type ActionPage, Sealing } from "@coterie/protocol";
import { resolve } from "node:path";
import { readSmallFile } from "../premises/private-files.ts";
import { type Arguments, commonOptions, gatewayOptions, type OptionSpecs } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { GatewayMisbehavedError, UsageError } from "../terminal/errors.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { asOrganisation, findYesNo } from "./as-organisation.ts";
import { findCampaign, findPage, listAllPages } from "./find-by-name.ts";

/** Which page. */
export const pageOption: OptionSpecs = {
  page: { type: "string", value: "NAME", help: "the page's short name" },
};

const contentOptions: OptionSpecs = {
  "description-file": { type: "string", value: "FILE", help: "file with the text above the form" },
  fields: { type: "string", value: "NAMES", help: 'optional fields that must be filled in, with commas; "" for none' },
  origins: { type: "string", value: "ADDRESSES", help: 'sites that may show it, https://…, with commas; "" for any' },
};

/** Lists pages. */
export const listPagesCommand: Command = {
  name: "pages list",
  summary: "list the pages that the organisation runs",
  help: ["Lists the pages with their campaign, language, where they are sealed, and whether they take signatures."],
  options: { ...gatewayOptions, ...commonOptions },
  async run(deps, args) {
    await asOrganisation(deps, args, async (gateway) => {
      for (const page of await listAllPages(gateway)) showPage(deps, page);
    });
    return exitCodes.ok;
  },
};

/** Makes a page. */
export const createPageCommand: Command = {
  name: "pages create",
  summary: "make a page of a campaign",
  help: [
    "Makes a page of a campaign that the organisation leads or may take part in, and prints the HTML to paste into a site, with the organisations' keys pinned in it. With --sealing browser the gateway never sees who signs.",
  ],
  options: {
    ...pageOption,
    campaign: { type: "string", value: "NAME", help: "the campaign's short name" },
    locale: { type: "string", value: "LOCALE", help: "the page's language, like en or fr" },
    sealing: { type: "string", value: "WHERE", help: "browser (default) or gateway" },
    delivers: {
      type: "string",
      value: "YES",
      help: "yes (default) or no: whether this organisation gets its contacts",
    },
    "action-type": { type: "string", value: "NAME", help: "default: petition" },
    ...contentOptions,
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const wanted = {
      name: args.get("page"),
      locale: args.get("locale"),
      sealing: args.findChoice("sealing", ["browser", "gateway"]) === "gateway" ? Sealing.GATEWAY : Sealing.BROWSER,
      delivers: findYesNo(args, "delivers") ?? true,
      actionType: args.find("action-type") ?? "petition",
      description: (await readDescription(deps, args)) ?? "",
      requiredFields: findList(args, "fields") ?? [],
      embedOrigins: findList(args, "origins") ?? [],
    };
    const campaignName = args.get("campaign");
    await asOrganisation(deps, args, async (gateway) => {
      const { id: campaignId } = await findCampaign(gateway, campaignName);
      const { page, embedSnippet } = await gateway.organisations.createActionPage({ ...wanted, campaignId });
      showPage(deps, page);
      deps.terminal.result(embedSnippet);
    });
    return exitCodes.ok;
  },
};

/** Changes a page. */
export const updatePageCommand: Command = {
  name: "pages update",
  summary: "change a page's text, its fields, or who may show it",
  help: [
    "Changes a page that the organisation runs. What is not named stays as it is. Its HTML need not be pasted again.",
  ],
  options: { ...pageOption, ...contentOptions, ...gatewayOptions, ...commonOptions },
  async run(deps, args) {
    const name = args.get("page");
    const description = await readDescription(deps, args);
    const [names, origins] = [findList(args, "fields"), findList(args, "origins")];
    if (description === undefined && names === undefined && origins === undefined)
      throw new UsageError("say what to change: --description-file, --fields or --origins");
    await asOrganisation(deps, args, async (gateway) => {
      const { id: pageId } = await findPage(gateway, name);
      const { page } = await gateway.settings.updateActionPage({
        pageId,
        ...(description === undefined ? {} : { description }),
        ...(names === undefined ? {} : { requiredFields: { names } }),
        ...(origins === undefined ? {} : { embedOrigins: { origins } }),
      });
      showPage(deps, page);
    });
    return exitCodes.ok;
  },
};

/** Prints the HTML of a page. */
export const pageSnippetCommand: Command = {
  name: "pages snippet",
  summary: "print the HTML to paste into a site",
  help: [
    "Prints the HTML that shows a page in the organisation's site, with the keys of its organisations pinned as they are now. Compare the pinned ids with those of `coterie keys show` before you paste it: they are what keeps the gateway from swapping a key.",
  ],
  options: { ...pageOption, ...gatewayOptions, ...commonOptions },
  async run(deps, args) {
    const name = args.get("page");
    await asOrganisation(deps, args, async (gateway) => {
      const { id: pageId } = await findPage(gateway, name);
      const { embedSnippet } = await gateway.settings.getEmbedSnippet({ pageId });
      deps.terminal.result(embedSnippet);
      deps.terminal.json({ page: name, snippet: embedSnippet });
    });
    return exitCodes.ok;
  },
};

const largestTextBytes = 64 * 1024;

/** A text from a file, without the line ends around it. */
export async function readText(deps: Pick<CliDeps, "workingFolder">, file: string): Promise<string> {
  const bytes = await readSmallFile(resolve(deps.workingFolder, file), { maxBytes: largestTextBytes });
  return bytes.toString("utf8").replaceAll("\r\n", "\n").trim();
}

async function readDescription(deps: CliDeps, args: Arguments): Promise<string | undefined> {
  const file = args.find("description-file");
  return file === undefined ? undefined : await readText(deps, file);
}

function findList(args: Arguments, name: string): string[] | undefined {
  const parts = args.find(name)?.split(",");
  return parts?.map((part) => part.trim()).filter((part) => part !== "");
}

function showPage({ terminal }: Pick<CliDeps, "terminal">, page: ActionPage | undefined): void {
  if (page === undefined) throw new GatewayMisbehavedError("the gateway gave no page");
  const { id, name, locale, campaignTitle, accepting, requiredFields } = page;
  const sealing = page.sealing === Sealing.BROWSER ? "browser" : "gateway";
  const state = accepting ? "takes signatures" : "takes none";
  terminal.result(`${name}  ${campaignTitle}  ${locale}, sealed in the ${sealing}, ${state}`);
  terminal.json({ page: name, id, campaign: campaignTitle, locale, sealing, accepting, fields: requiredFields });
}
