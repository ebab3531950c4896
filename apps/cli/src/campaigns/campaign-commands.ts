/** `coterie campaigns …`: the campaigns that an organisation leads or takes part in. */
import type { Campaign } from "@coterie/protocol";
import { type Arguments, commonOptions, gatewayOptions, type OptionSpecs } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { GatewayMisbehavedError, UsageError } from "../terminal/errors.ts";
import { type ExitCode, exitCodes } from "../terminal/exit-codes.ts";
import { groupDigits } from "../terminal/progress.ts";
import { asOrganisation, findYesNo } from "./as-organisation.ts";
import { findCampaign, listAllCampaigns } from "./find-by-name.ts";

const campaignOption: OptionSpecs = {
  campaign: { type: "string", value: "NAME", help: "the campaign's short name" },
};

/** Lists campaigns. */
export const listCampaignsCommand: Command = {
  name: "campaigns list",
  summary: "list the campaigns the organisation leads or takes part in",
  help: ["Lists the campaigns with their number of actions, whether they are open, and who leads them."],
  options: { ...gatewayOptions, ...commonOptions },
  async run(deps, args) {
    await asOrganisation(deps, args, async (gateway, folder) => {
      for (const campaign of await listAllCampaigns(gateway)) {
        showCampaign(deps, { campaign, organisationId: folder.profile.organisationId });
      }
    });
    return exitCodes.ok;
  },
};

/** Makes a campaign. */
export const createCampaignCommand: Command = {
  name: "campaigns create",
  summary: "make a campaign that the organisation leads",
  help: [
    "Makes an open campaign. Its short name stands in addresses and cannot be changed; its title is what people read. `basic/1` asks for a name and an email address, `eci/1` for what a European Citizens' Initiative needs.",
  ],
  options: {
    ...campaignOption,
    title: { type: "string", value: "TEXT", help: "what people read, at most 200 characters" },
    form: { type: "string", value: "SCHEMA", help: "basic/1 (default) or eci/1" },
    "forces-delivery": {
      type: "boolean",
      help: "the lead gets every contact of partners' pages, whatever their people answer",
    },
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const wanted = {
      name: args.get("campaign"),
      title: args.get("title"),
      formSchema: args.findChoice("form", ["basic/1", "eci/1"]) ?? "basic/1",
      forcesDelivery: args.has("forces-delivery"),
    };
    await asOrganisation(deps, args, async (gateway, folder) => {
      const { campaign } = await gateway.organisations.createCampaign(wanted);
      showCampaign(deps, { campaign, organisationId: folder.profile.organisationId });
    });
    return exitCodes.ok;
  },
};

/** Changes a campaign. */
export const updateCampaignCommand: Command = {
  name: "campaigns update",
  summary: "change a campaign's title, or open it again",
  help: ["Changes a campaign that the organisation leads. What is not named stays as it is."],
  options: {
    ...campaignOption,
    title: { type: "string", value: "TEXT", help: "what people read" },
    open: { type: "string", value: "YES", help: "yes or no: whether it takes signatures" },
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const [title, open] = [args.find("title"), findYesNo(args, "open")];
    if (title === undefined && open === undefined) throw new UsageError("say what to change: --title or --open");
    return await update(deps, args, {
      ...(title === undefined ? {} : { title }),
      ...(open === undefined ? {} : { open }),
    });
  },
};

/** Closes a campaign. */
export const closeCampaignCommand: Command = {
  name: "campaigns close",
  summary: "let a campaign take no more signatures",
  help: [
    "Closes a campaign that the organisation leads, on all of its pages at once. `coterie campaigns update --open yes` opens it again.",
  ],
  options: { ...campaignOption, ...gatewayOptions, ...commonOptions },
  run: async (deps, args) => await update(deps, args, { open: false }),
};

/** Lets a partner in. */
export const allowPartnerCommand: Command = {
  name: "campaigns partner",
  summary: "let another organisation run pages of a campaign",
  help: [
    "Allows an organisation of the same gateway, by its id (corg1…), to run pages of a campaign that this one leads.",
  ],
  options: {
    ...campaignOption,
    partner: { type: "string", value: "ID", help: "the other organisation's id, corg1…" },
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const [name, organisationId] = [args.get("campaign"), args.get("partner")];
    await asOrganisation(deps, args, async (gateway) => {
      const { id: campaignId } = await findCampaign(gateway, name);
      await gateway.organisations.allowPartner({ campaignId, organisationId });
      deps.terminal.result(`${name}: ${organisationId} may run pages`);
      deps.terminal.json({ campaign: name, partner: organisationId });
    });
    return exitCodes.ok;
  },
};

/** Shows or changes what the lead decides about mails. */
export const campaignMailsCommand: Command = {
  name: "campaigns mails",
  summary: "show or change what the lead decides about mails",
  help: [
    "What the lead of a campaign demands on all of its pages: that signatures count only once they are confirmed by mail, and that a yes to hearing from the lead is confirmed by mail.",
  ],
  options: {
    ...campaignOption,
    "confirm-supporter": { type: "string", value: "YES", help: "yes or no: signatures are confirmed by mail" },
    "confirm-newsletter": { type: "string", value: "YES", help: "yes or no: a yes to the lead is confirmed by mail" },
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const name = args.get("campaign");
    const confirmSupporter = findYesNo(args, "confirm-supporter");
    const confirmNewsletter = findYesNo(args, "confirm-newsletter");
    await asOrganisation(deps, args, async (gateway) => {
      const { id: campaignId } = await findCampaign(gateway, name);
      const before = (await gateway.mails.getCampaignMails({ campaignId })).mails;
      const mails = {
        confirmSupporter: confirmSupporter ?? before?.confirmSupporter ?? false,
        confirmNewsletter: confirmNewsletter ?? before?.confirmNewsletter ?? false,
      };
      if (confirmSupporter !== undefined || confirmNewsletter !== undefined) {
        await gateway.mails.setCampaignMails({ campaignId, mails });
      }
      deps.terminal.result(`${name}: confirm signatures ${yesNo(mails.confirmSupporter)}`);
      deps.terminal.result(`${name}: confirm newsletters ${yesNo(mails.confirmNewsletter)}`);
      deps.terminal.json({ campaign: name, ...mails });
    });
    return exitCodes.ok;
  },
};

/** "yes" or "no". */
export function yesNo(is: boolean): string {
  return is ? "yes" : "no";
}

async function update(
  deps: CliDeps,
  args: Arguments,
  change: { readonly title?: string; readonly open?: boolean },
): Promise<ExitCode> {
  const name = args.get("campaign");
  await asOrganisation(deps, args, async (gateway, folder) => {
    const { id: campaignId } = await findCampaign(gateway, name);
    const { campaign } = await gateway.organisations.updateCampaign({ campaignId, ...change });
    showCampaign(deps, { campaign, organisationId: folder.profile.organisationId });
  });
  return exitCodes.ok;
}

interface Shown {
  readonly campaign: Campaign | undefined;
  readonly organisationId: string;
}

function showCampaign({ terminal }: Pick<CliDeps, "terminal">, { campaign, organisationId }: Shown): void {
  if (campaign === undefined) throw new GatewayMisbehavedError("the gateway gave no campaign");
  const { name, title, open, counter, leadOrganisationId, formSchema, id } = campaign;
  const leads = leadOrganisationId === organisationId;
  const state = `${open ? "open" : "closed"}, ${groupDigits(Number(counter))} actions, ${leads ? "ours" : "a partner's"}`;
  terminal.result(`${name}  ${title}  ${state}`);
  terminal.json({ campaign: name, id, title, open, actions: Number(counter), leads, form: formSchema });
}
