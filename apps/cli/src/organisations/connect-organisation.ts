/** `coterie organisation connect`: the first contact with a gateway, where its signing key is pinned. */
import { resolve } from "node:path";
import { decodeTextForm, equalBytes, toBytes } from "@coterie/bytes";
import { connectGateway, type GatewayDeps } from "../gateway/gateway-client.ts";
import { parseGatewayAddress } from "../gateway/gateway-address.ts";
import { patienceMsOf } from "../gateway/organisation-gateway.ts";
import {
  createOrganisationFolder,
  findOrganisationFolders,
  type OrganisationFolder,
  type OrganisationProfile,
  saveGatewayAddress,
  saveToken,
} from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { readSmallFile } from "../premises/private-files.ts";
import { commonOptions, gatewayOptions } from "../terminal/arguments.ts";
import type { Command } from "../terminal/command.ts";
import { GatewayKeyChangedError, GatewayMisbehavedError, UsageError } from "../terminal/errors.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { askHidden } from "../terminal/prompts.ts";

/** Makes an organisation's folder from its token. */
export const connectOrganisationCommand: Command = {
  name: "organisation connect",
  summary: "make an organisation's folder from its token",
  help: [
    "Asks the gateway who the token belongs to and makes the organisation's folder below --premises: the gateway's address, the token, and the gateway's signing key, which is pinned. If the gateway ever signs with another key, every command refuses.",
    "Repeated with a renewed token, or where the same gateway answers at another address, it replaces the token and the address and nothing else. After a gateway was truly set up anew, move the old folder away first.",
  ],
  options: {
    gateway: { type: "string", value: "ADDRESS", help: "the gateway's address, https://…" },
    "token-file": {
      type: "string",
      value: "FILE",
      help: "file with the organisation's token, ctok1… (default: asked)",
    },
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const tokenFile = args.find("token-file");
    const token =
      tokenFile === undefined
        ? (await askHidden(deps.terminal, "Token: ")).trim()
        : (await readSmallFile(resolve(deps.workingFolder, tokenFile), { maxBytes: 1024 })).toString("utf8").trim();
    const folder = await connectOrganisation(deps, {
      premises: premisesOf(deps, args),
      address: args.get("gateway"),
      token,
      patienceMs: patienceMsOf(args),
    });
    const { name, organisationId } = folder.profile;
    deps.terminal.result(`${name}  ${organisationId}  ${folder.path}`);
    deps.terminal.json({ organisation: name, organisationId, folder: folder.path });
    return exitCodes.ok;
  },
};

/** What {@link connectOrganisation} is told. */
export interface ConnectInput {
  readonly premises: string;
  readonly address: string;
  readonly token: string;
  readonly patienceMs: number;
}

/**
 * The folder of the token's organisation, made where there is none; else its token and the gateway's address are replaced.
 * @throws GatewayKeyChangedError where the folder pins another signing key
 */
export async function connectOrganisation(
  deps: GatewayDeps,
  { premises, address, token, patienceMs }: ConnectInput,
): Promise<OrganisationFolder> {
  checkToken(token);
  const profile = await askProfile(deps, { premises, address, token, patienceMs });
  const known = (await findOrganisationFolders(premises)).find(
    (folder) => folder.profile.organisationId === profile.organisationId,
  );
  if (known === undefined) return createOrganisationFolder(premises, { profile, token });
  if (!equalBytes(known.profile.gatewaySigningKey, profile.gatewaySigningKey)) {
    throw new GatewayKeyChangedError("the gateway's signing key is not the one that was pinned at first contact");
  }
  await saveToken(known, token);
  return saveGatewayAddress(known, profile.gatewayAddress);
}

function checkToken(token: string): void {
  try {
    decodeTextForm("ctok", token, { lengthBytes: 32 });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : "not an organisation token");
  }
}

async function askProfile(
  deps: GatewayDeps,
  { address, token, patienceMs }: ConnectInput,
): Promise<OrganisationProfile> {
  const gateway = await connectGateway(deps, { address, token, patienceMs });
  try {
    const { organisation, gatewaySigningKey } = await gateway.organisations.getOrganisation({});
    if (organisation === undefined || gatewaySigningKey.length !== 32) {
      throw new GatewayMisbehavedError("the gateway does not say who the token belongs to");
    }
    const { id, name, title } = organisation;
    return {
      gatewayAddress: parseGatewayAddress(address),
      organisationId: id,
      name,
      title,
      gatewaySigningKey: toBytes(gatewaySigningKey),
    };
  } finally {
    gateway.close();
  }
}
