/** `coterie contacts find` and `coterie contacts drop`: what is here of a person, and what is to go. */
import type { Person } from "@coterie/actions";
import { ContactStore } from "../contacts/contact-store.ts";
import { getOrganisationFolder, pathsOf } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { commonOptions, passphraseOptions } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { UsageError } from "../terminal/errors.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { groupDigits } from "../terminal/progress.ts";
import { findContacts, type FoundContact, type Wanted } from "./find-contacts.ts";
import { findEmail, personOptions } from "./person-options.ts";

/** Shows what an organisation holds of a person. */
export const findContactsCommand: Command = {
  name: "contacts find",
  summary: "show what is held here of one person",
  help: [
    "Opens the contacts in an organisation's local store and shows those of one person, by email address in any spelling that reaches the same mailbox, or by any field (--value). Asks no gateway and writes nothing. With --json each contact is one line, to be handed to the person.",
  ],
  options: {
    ...personOptions,
    value: { type: "string", value: "TEXT", help: "instead of an address: any field that is this text" },
    workers: { type: "string", value: "N", help: "how many threads open (default: one for each core)" },
    ...passphraseOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const email = await findEmail(args, deps.workingFolder);
    const value = args.find("value");
    if ((email === undefined) === (value === undefined)) throw new UsageError("--email or --value is needed");
    const wanted: Wanted = email === undefined ? { kind: "value", value: value ?? "" } : { kind: "email", email };
    const { found, looked, refused } = await findContacts(deps, { args, folder, wanted });
    for (const contact of found) showContact(deps, contact);
    deps.terminal.note(`${groupDigits(found.length)} of ${groupDigits(looked)} contacts`);
    if (refused > 0) {
      deps.terminal.warn(`${groupDigits(refused)} contacts do not open here: nobody can say whose they are`);
      return exitCodes.someRefused;
    }
    return exitCodes.ok;
  },
};

function showContact(deps: CliDeps, contact: FoundContact): void {
  deps.terminal.json(contact);
  const { terminal } = deps;
  terminal.result(contact.actionId);
  if ("campaign" in contact) {
    terminal.result(`  signed ${contact.createdAt}, campaign ${contact.campaign.name}, page ${contact.page.name}`);
  } else terminal.result(`  set aside: its fields do not follow the form ${contact.formSchema}`);
  for (const [name, text] of linesOf(contact.person)) terminal.result(`  ${name}: ${text}`);
  if (!("campaign" in contact)) return;
  const { consent } = contact;
  terminal.result(`  consent ${consent.purpose}: ${consent.optIn}, ${consent.wordingId}, given ${consent.givenAt}`);
  for (const [name, text] of Object.entries(contact.customFields)) terminal.result(`  custom ${name}: ${text}`);
}

function linesOf(person: Person): readonly (readonly [string, string])[] {
  return Object.entries(person).flatMap(([name, value]): (readonly [string, string])[] =>
    typeof value === "string"
      ? [[name, value]]
      : Object.entries(value).map(([member, text]) => [`${name}.${member}`, text] as const),
  );
}

/** Throws away contacts that are to go, however many. */
export const dropContactsCommand: Command = {
  name: "contacts drop",
  summary: "throw away contacts whose persons were erased, however many",
  help: [
    "Pulling throws away contacts whose persons were erased or whose campaign's time is over. Where the gateway says so of more than a tenth of a store (and more than a hundred), they are only left out of exports and wait for this command: a gateway that lies could otherwise empty a store. Look at erased.csv in the organisation's folder before. This cannot be undone.",
  ],
  options: { ...commonOptions },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const store = await ContactStore.open(pathsOf(folder.path).contacts);
    try {
      const { dropped } = await store.dropErased({ organisationFolder: folder.path, evenMany: true });
      deps.terminal.result(`${folder.profile.name}: ${groupDigits(dropped)} thrown away`);
      deps.terminal.json({ organisation: folder.profile.name, dropped });
      return exitCodes.ok;
    } finally {
      await store.close();
    }
  },
};
