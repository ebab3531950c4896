/** `coterie pages protect`: whether a page asks for proof of work. */
import { ProofOfWork } from "@coterie/protocol";
import type { Gateway } from "../gateway/gateway-client.ts";
import { withOrganisationGateway } from "../gateway/organisation-gateway.ts";
import { getOrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { commonOptions, gatewayOptions } from "../terminal/arguments.ts";
import type { Command } from "../terminal/command.ts";
import { UsageError } from "../terminal/errors.ts";
import { exitCodes } from "../terminal/exit-codes.ts";

const choices = ["gateway", "off", "on", "auto"] as const;

const message: { readonly [Choice in (typeof choices)[number]]: ProofOfWork } = {
  gateway: ProofOfWork.UNSPECIFIED,
  off: ProofOfWork.OFF,
  on: ProofOfWork.ON,
  auto: ProofOfWork.AUTO,
};

/** Shows a page's choice, or makes it. */
export const protectPageCommand: Command = {
  name: "pages protect",
  summary: "show or change whether a page asks for proof of work",
  help: [
    "With proof of work, the browser of whoever signs works for a moment before the signature is taken, which is nothing for a person and dear for a program that signs ten thousand times. `auto` asks for it only while many signatures arrive, `on` always, `off` never; `gateway` follows what the gateway's operator decided.",
    "Choose `off` for a stall where many people sign at one device or behind one address.",
  ],
  options: {
    page: { type: "string", value: "NAME", help: "the page's short name" },
    "proof-of-work": { type: "string", value: "WHEN", help: "gateway, off, on or auto; without, it is only shown" },
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const choice = args.findChoice("proof-of-work", choices);
    const name = args.get("page");
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    await withOrganisationGateway(deps, { args, folder }, async (gateway) => {
      const pageId = await findPage(gateway, name);
      if (choice !== undefined) {
        await gateway.moderation.setPageProtection({ pageId, proofOfWork: message[choice] });
      }
      const { proofOfWork, gatewayProofOfWork } = await gateway.moderation.getPageProtection({ pageId });
      const own = nameOf(proofOfWork);
      const effective = own === "gateway" ? nameOf(gatewayProofOfWork) : own;
      const whose = own === "gateway" ? "as the gateway's operator decided" : "the page's own choice";
      deps.terminal.result(`${name}: proof of work ${effective} (${whose})`);
      deps.terminal.json({ page: name, proofOfWork: own, effective });
    });
    return exitCodes.ok;
  },
};

function nameOf(proofOfWork: ProofOfWork): string {
  return choices.find((choice) => message[choice] === proofOfWork) ?? "unknown";
}

async function findPage({ organisations }: Pick<Gateway, "organisations">, name: string): Promise<string> {
  for (let pageToken = "", more = true; more; more = pageToken !== "") {
    const { pages, nextPageToken } = await organisations.listActionPages({ pageToken });
    const found = pages.find((page) => page.name === name);
    if (found !== undefined) return found.id;
    pageToken = nextPageToken;
  }
  throw new UsageError("the organisation runs no page of that name");
}
