/** `coterie organisation list`: whose folders are on these premises. */
import { findOrganisationFolders } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { findStoreEnd } from "../contacts/store-segments.ts";
import { pathsOf } from "../premises/organisation-folder.ts";
import { loadKeyFiles } from "../keys/key-files.ts";
import { commonOptions } from "../terminal/arguments.ts";
import type { Command } from "../terminal/command.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { groupDigits } from "../terminal/progress.ts";

/** Lists the organisations' folders. */
export const listOrganisationsCommand: Command = {
  name: "organisation list",
  summary: "list the organisations on these premises",
  help: ["Lists the organisations' folders with how many keys and pulled contacts each has. Asks no gateway."],
  options: commonOptions,
  async run(deps, args) {
    for (const { path, profile } of await findOrganisationFolders(premisesOf(deps, args))) {
      const keys = (await loadKeyFiles(path)).length;
      const { contacts } = (await findStoreEnd(pathsOf(path).contacts)).mark;
      const { name, title, organisationId, gatewayAddress } = profile;
      deps.terminal.result(
        `${name}  ${title}  ${keys} keys, ${groupDigits(contacts)} contacts pulled  ${gatewayAddress}`,
      );
      deps.terminal.json({ organisation: name, title, organisationId, gateway: gatewayAddress, keys, contacts });
    }
    return exitCodes.ok;
  },
};
