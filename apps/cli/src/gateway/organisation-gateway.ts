/** The gateway as one organisation sees it: with its token, after checking that it is still the pinned gateway. */
import { decodeTextForm, equalBytes } from "@coterie/bytes";
import { loadToken, type OrganisationFolder } from "../premises/organisation-folder.ts";
import type { Arguments } from "../terminal/arguments.ts";
import type { CliDeps } from "../terminal/command.ts";
import { GatewayKeyChangedError, GatewayMisbehavedError } from "../terminal/errors.ts";
import { connectGateway, type Gateway } from "./gateway-client.ts";

const defaultPatienceSeconds = 30;

/** How long to try again, as `--patience` says. */
export function patienceMsOf(args: Arguments): number {
  return (args.findNumber("patience", { min: 0, max: 86_400 }) ?? defaultPatienceSeconds) * 1000;
}

/**
 * Connects as the organisation, checks the gateway's pinned signing key, and runs `use`.
 * @throws GatewayKeyChangedError where the gateway signs with another key than at first contact
 */
export async function withOrganisationGateway<Result>(
  deps: CliDeps,
  { args, folder }: { readonly args: Arguments; readonly folder: OrganisationFolder },
  use: (gateway: Gateway) => Promise<Result>,
): Promise<Result> {
  const token = await loadToken(folder);
  const address = folder.profile.gatewayAddress;
  const gateway = await connectGateway(deps, { address, token, patienceMs: patienceMsOf(args) });
  try {
    await checkPinnedGateway(gateway, folder);
    return await use(gateway);
  } finally {
    gateway.close();
  }
}

/** Throws GatewayKeyChangedError where the gateway's signing key is not the pinned one. */
export async function checkPinnedGateway(
  gateway: Pick<Gateway, "organisations">,
  { profile }: OrganisationFolder,
): Promise<void> {
  const { organisation, gatewaySigningKey } = await gateway.organisations.getOrganisation({});
  if (!equalBytes(gatewaySigningKey, profile.gatewaySigningKey)) {
    throw new GatewayKeyChangedError(
      "the gateway's signing key is not the one that was pinned at first contact. Somebody else may be answering in its " +
        "place, or it was set up anew: ask its operator by another way before you connect again (coterie organisation connect --help)",
    );
  }
  if (organisation?.id !== profile.organisationId) {
    throw new GatewayMisbehavedError("the token in this folder is that of another organisation");
  }
}

/** The 16 bytes of an organisation id. */
export function organisationIdBytes({ profile }: OrganisationFolder): Uint8Array {
  return decodeTextForm("corg", profile.organisationId, { lengthBytes: 16 });
}
