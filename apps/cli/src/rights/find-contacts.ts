/** Finding a person among an organisation's own contacts: everything is opened on its premises, and only what matches is kept. */
import type { OpenedRow } from "@coterie/actions/csv";
import { domainToASCII } from "node:url";
import { planOpening, viewStore, withOpeningPool } from "../contacts/opening-session.ts";
import { StoreReader } from "../contacts/store-reader.ts";
import { type OrganisationFolder, pathsOf } from "../premises/organisation-folder.ts";
import type { Arguments } from "../terminal/arguments.ts";
import type { CliDeps } from "../terminal/command.ts";
import { InterruptedError } from "../terminal/errors.ts";

/** Whom to look for. */
export type Wanted =
  /** By the rule of docs/protocol/counting.md §1. */
  | { readonly kind: "email"; readonly email: string }
  /** Any field of the person that is this text, whatever its case. */
  | { readonly kind: "value"; readonly value: string };

/** Where to look. */
export interface FindContactsInput {
  readonly args: Arguments;
  readonly folder: OrganisationFolder;
  readonly wanted: Wanted;
}

/** A contact that was found: opened, or set aside since its fields do not follow the form. */
export type FoundContact = OpenedRow | (Pick<OpenedRow, "actionId" | "person"> & { readonly formSchema: string });

/** What was found, and how many contacts could not be opened. */
export interface FoundContacts {
  readonly found: readonly FoundContact[];
  readonly looked: number;
  readonly refused: number;
}

/** Opens every contact of the store and keeps those of that person. Nothing is written. */
export async function findContacts(deps: CliDeps, { args, folder, wanted }: FindContactsInput): Promise<FoundContacts> {
  const store = pathsOf(folder.path).contacts;
  const view = await viewStore(store);
  const wish = { args, folder, formats: ["jsonl"] } as const;
  const plan = planOpening(wish, view);
  return await withOpeningPool(deps, { ...wish, plan, events: view.events }, async (pool) => {
    const reader = new StoreReader(store, { start: { segment: 1, offset: 0 }, end: view.end.place });
    const found: FoundContact[] = [];
    let [looked, refused] = [0, 0];
    try {
      await pool.openAll(reader, ({ result }) => {
        // What was opened, and what was set aside.
        for (const index of [0, 2]) {
          const lines = Buffer.from(result.outputs[index]?.subarray(0, result.filledBytes[index]) ?? []);
          found.push(...matching(lines.toString("utf8"), wanted));
        }
        looked += result.counts.contacts;
        refused += result.counts.refused;
        if (deps.signal.aborted) throw new InterruptedError();
        return Promise.resolve();
      });
      return { found, looked, refused };
    } finally {
      await reader.close();
    }
  });
}

function matching(lines: string, wanted: Wanted): FoundContact[] {
  const found: FoundContact[] = [];
  for (const line of lines.split("\n")) {
    if (line === "") continue;
    // cast: our own threads wrote these lines from just such values
    const row = JSON.parse(line) as FoundContact;
    if (isWanted(row.person, wanted)) found.push(row);
  }
  return found;
}

function isWanted(person: FoundContact["person"], wanted: Wanted): boolean {
  if (wanted.kind === "value") return textsOf(person).some((text) => fold(text) === fold(wanted.value));
  const email = person["email"];
  return typeof email === "string" && canonicalEmail(email) === canonicalEmail(wanted.email);
}

function textsOf(person: FoundContact["person"]): readonly string[] {
  return Object.values(person).flatMap((value) => (typeof value === "string" ? [value] : Object.values(value)));
}

function fold(text: string): string {
  return text.trim().normalize("NFC").toLowerCase().normalize("NFC");
}

/** The spelling that the gateway makes fingerprints of: another one here would find other persons than erasing does. */
export function canonicalEmail(email: string): string {
  const folded = fold(email);
  const at = folded.lastIndexOf("@");
  const domain = folded.slice(at + 1).replace(/\.$/, "");
  const isAscii = /^[a-z0-9.-]*$/.test(domain);
  return `${folded.slice(0, at)}@${isAscii ? domain : domainToASCII(domain) || domain}`;
}
