/** `coterie sample`: a coalition to try things out with, made the way everybody would make one. */
import { isAbsolute, join, relative, resolve } from "node:path";
import { Sealing } from "@coterie/protocol";
import { patienceMsOf } from "../gateway/organisation-gateway.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { readSmallFile } from "../premises/private-files.ts";
import { type Arguments, commonOptions, gatewayOptions } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { ensureCampaign, ensurePage, ensurePartner } from "./sample-campaign.ts";
import { type SamplePremises, setUpOrganisation, withOperator } from "./sample-organisation.ts";

const lead = { name: "harbour-watch", title: "Harbour Watch (sample)" };
const partner = { name: "clean-rivers", title: "Clean Rivers Network (sample)" };

const campaign = {
  name: "clean-harbour",
  title: "A clean harbour by next summer",
  // A partner's signatures reach the lead only where the person agrees.
  forcesDelivery: false,
  formSchema: "basic/1",
};

const leadPage = {
  name: "clean-harbour",
  locale: "en",
  sealing: Sealing.GATEWAY,
  delivers: true,
  actionType: "petition",
  description: "We ask the city council to stop the discharge of untreated water into the harbour.",
};

const partnerPage = { ...leadPage, name: "clean-harbour-rivers", sealing: Sealing.BROWSER };

/** Makes the sample coalition, or what is missing of it. */
export const sampleCommand: Command = {
  name: "sample",
  summary: "make a coalition of two organisations to try out",
  help: [
    "Makes two organisations at a gateway of yours, with folders on these premises, a key each, one campaign and two pages: the lead's page seals at the gateway, the partner's in the browser. The passphrases are made up and lie beside the keys, which is only right for a sample. Repeated, it makes what is missing.",
  ],
  options: {
    gateway: { type: "string", value: "ADDRESS", help: "the gateway's address" },
    "operator-token-file": {
      type: "string",
      value: "FILE",
      help: "file with the operator's token (default: secrets/operator-token in $COTERIE_DATA or data)",
    },
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const premises = premisesOf(deps, args);
    const gateway: SamplePremises = { premises, address: args.get("gateway"), patienceMs: patienceMsOf(args) };
    const operatorToken = await readOperatorToken(deps, args);
    const addresses = await withOperator(deps, { ...gateway, operatorToken }, async (administration) => {
      const leading = await setUpOrganisation({ ...deps, administration }, { ...gateway, organisation: lead });
      const helping = await setUpOrganisation({ ...deps, administration }, { ...gateway, organisation: partner });
      try {
        const { id } = await ensureCampaign(leading.gateway, campaign);
        await ensurePartner(leading.gateway, { campaignId: id, organisationId: helping.folder.profile.organisationId });
        await ensurePage(leading.gateway, { ...leadPage, campaignId: id });
        await ensurePage(helping.gateway, { ...partnerPage, campaignId: id });
        const base = leading.folder.profile.gatewayAddress;
        return { gatewaySealing: `${base}/p/${leadPage.name}`, browserSealing: `${base}/p/${partnerPage.name}` };
      } finally {
        leading.gateway.close();
        helping.gateway.close();
      }
    });
    const command = `npm run coterie -- contacts export --premises ${quote(shorten(deps.workingFolder, premises))}`;
    describeSample(deps, { ...addresses, command });
    deps.terminal.json({ ...addresses, premises, command });
    return exitCodes.ok;
  },
};

async function readOperatorToken(deps: CliDeps, args: Arguments): Promise<string> {
  const named =
    args.find("operator-token-file") ?? join(deps.env["COTERIE_DATA"] ?? "data", "secrets", "operator-token");
  return (await readSmallFile(resolve(deps.workingFolder, named), { maxBytes: 1024 })).toString("utf8").trim();
}

function describeSample(
  { terminal }: CliDeps,
  {
    gatewaySealing,
    browserSealing,
    command,
  }: Readonly<Record<"gatewaySealing" | "browserSealing" | "command", string>>,
): void {
  for (const line of [
    "",
    "A sample coalition to try out:",
    `  sign with Harbour Watch, sealed by the gateway:         ${gatewaySealing}`,
    `  sign with Clean Rivers Network, sealed in the browser:  ${browserSealing}`,
    "",
    "Then open the contacts of both organisations with one command:",
    `  ${command}`,
    "Who gets a signature: the organisation of the page, and Harbour Watch, which leads, where the person agrees.",
  ]) {
    terminal.result(line);
  }
}

/** The premises as they are typed from where the command was started. */
function shorten(workingFolder: string, premises: string): string {
  const path = relative(workingFolder, premises);
  return path === "" ? "." : path.startsWith("..") || isAbsolute(path) ? premises : path;
}

function quote(path: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(path) ? path : `"${path}"`;
}
