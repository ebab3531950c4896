/** `coterie rights erase`: everything of one person, at the gateway and here. */
import { ErasureReach } from "@coterie/protocol";
import { pullInto } from "../contacts/contact-commands.ts";
import { withOrganisationGateway } from "../gateway/organisation-gateway.ts";
import { getOrganisationFolder, type OrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { type Arguments, commonOptions, gatewayOptions, passphraseOptions } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { UsageError } from "../terminal/errors.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { groupDigits } from "../terminal/progress.ts";
import { erasedPaths } from "../contacts/erased-files.ts";
import { findContacts } from "./find-contacts.ts";
import { findEmail, personOptions } from "./person-options.ts";

const actionsAtOnce = 1000;

/** Erases a person. */
export const eraseCommand: Command = {
  name: "rights erase",
  summary: "erase one person, at the gateway and here",
  help: [
    "Finds the person's contacts in the local store, which also finds those whose address the gateway never saw; has the gateway erase them and whatever else it knows of the address for this organisation; then pulls, which takes them out of the store. Exports are made anew without the person at their next run. erased.csv and erased.jsonl in the organisation's folder list what your other programs have to delete as well.",
    "--everywhere also erases what other organisations received in campaigns that this organisation leads, except where the person said yes to hearing from them: those are told instead. --without-address tells the gateway only which actions, not whose. --no-local skips the local store and needs no passphrase.",
    "The number of signatures stays. This cannot be undone; run again, it erases what is left.",
  ],
  options: {
    ...personOptions,
    action: {
      type: "string",
      value: "ID",
      help: "instead of an address: one action (cact1…), as contacts find shows it",
    },
    everywhere: { type: "boolean", help: "also at other organisations, in campaigns that this one leads" },
    "without-address": { type: "boolean", help: "do not tell the gateway the address" },
    "no-local": { type: "boolean", help: "do not look into the local store" },
    ...passphraseOptions,
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const email = await findEmail(args, deps.workingFolder);
    const action = args.find("action");
    if ((email === undefined) === (action === undefined)) throw new UsageError("--email or --action is needed");
    if (args.has("without-address") && args.has("no-local")) {
      throw new UsageError("--without-address needs the local store: leave out --no-local");
    }
    const local = await findLocal(deps, { args, folder, email });
    const actionIds = action === undefined ? local : [action];
    const told = args.has("without-address") ? "" : (email ?? "");
    const erased = await eraseAtGateway(deps, { args, folder, email: told, actionIds });
    const pulled = await pullInto(deps, args, folder);
    report(deps, { folder, local: local.length, erased: erased.size, dropped: pulled.dropped });
    return exitCodes.ok;
  },
};

interface Erasing {
  readonly args: Arguments;
  readonly folder: OrganisationFolder;
  readonly email: string | undefined;
}

async function findLocal(deps: CliDeps, { args, folder, email }: Erasing): Promise<readonly string[]> {
  if (email === undefined || args.has("no-local")) return [];
  const { found } = await findContacts(deps, { args, folder, wanted: { kind: "email", email } });
  return found.map(({ actionId }) => actionId);
}

async function eraseAtGateway(
  deps: CliDeps,
  { args, folder, email = "", actionIds }: Erasing & { readonly actionIds: readonly string[] },
): Promise<ReadonlySet<string>> {
  const reach = args.has("everywhere") ? ErasureReach.CAMPAIGNS : ErasureReach.OWN;
  if (email === "" && actionIds.length === 0) return new Set();
  return await withOrganisationGateway(deps, { args, folder }, async ({ rights }) => {
    const erased = new Set<string>();
    for (let start = 0; start === 0 || start < actionIds.length; start += actionsAtOnce) {
      const some = actionIds.slice(start, start + actionsAtOnce);
      const answer = await rights.erasePerson({ email: start === 0 ? email : "", actionIds: [...some], reach });
      for (const id of answer.actionIds) erased.add(id);
    }
    return erased;
  });
}

interface Report {
  readonly folder: OrganisationFolder;
  readonly local: number;
  readonly erased: number;
  readonly dropped: number;
}

function report(deps: CliDeps, { folder, local, erased, dropped }: Report): void {
  const { name } = folder.profile;
  deps.terminal.result(
    `${name}: ${groupDigits(erased)} of this organisation's contacts erased at the gateway, ${groupDigits(dropped)} taken out of the store here`,
  );
  if (dropped > 0) {
    deps.terminal.result(`  to be deleted in other programs: ${erasedPaths(folder.path).csv}`);
    deps.terminal.note(
      "  files of earlier exports still name the person until they are made again: coterie contacts export",
    );
  }
  deps.terminal.json({ organisation: name, found: local, erased, dropped });
}
