/** What commands that change something at the gateway share: which organisation, and its gateway. */
import type { Gateway } from "../gateway/gateway-client.ts";
import { withOrganisationGateway } from "../gateway/organisation-gateway.ts";
import { getOrganisationFolder, type OrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import type { Arguments } from "../terminal/arguments.ts";
import type { CliDeps } from "../terminal/command.ts";

/** Runs `use` at the gateway of the one organisation that the command means. */
export async function asOrganisation<Result>(
  deps: CliDeps,
  args: Arguments,
  use: (gateway: Gateway, folder: OrganisationFolder) => Promise<Result>,
): Promise<Result> {
  const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
  return await withOrganisationGateway(deps, { args, folder }, async (gateway) => await use(gateway, folder));
}

/** An option that is "yes" or "no", where given. */
export function findYesNo(args: Arguments, name: string): boolean | undefined {
  const choice = args.findChoice(name, ["yes", "no"]);
  return choice === undefined ? undefined : choice === "yes";
}
