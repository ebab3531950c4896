/** `coterie contacts pull`, `open` and `export`. */
import { resolve } from "node:path";
import { withOrganisationGateway } from "../gateway/organisation-gateway.ts";
import {
  getOrganisationFolder,
  getOrganisationFolders,
  type OrganisationFolder,
  pathsOf,
} from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { getStoreKey } from "../premises/store-key.ts";
import { type Arguments, commonOptions, gatewayOptions, passphraseOptions } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { UsageError } from "../terminal/errors.ts";
import { type ExitCode, exitCodes } from "../terminal/exit-codes.ts";
import { groupDigits, Progress } from "../terminal/progress.ts";
import { ContactStore } from "./contact-store.ts";
import { LineVerifier } from "./line-verifier.ts";
import { defaultFiles, namedFiles, openIntoFiles } from "./open-into-files.ts";
import { openToTerminal } from "./open-to-terminal.ts";
import type { OpeningCounts } from "./opening-job.ts";
import { defaultThreads, openingOptions } from "./opening-session.ts";
import { type OutputFormat, outputFormats } from "@coterie/actions/csv";
import { exportSealed } from "./export-sealed.ts";
import { pullContacts, type PullDeps, type PullOutcome } from "./pull.ts";

/** Pulls without opening: needs no passphrase. */
export const pullCommand: Command = {
  name: "contacts pull",
  summary: "fetch new contacts, still sealed",
  help: [
    "Fetches what is new for each organisation into its local store (contacts/, sealed as it came) and tells the gateway once it is safely on the disk. Needs no passphrase, so it can run unattended. Stopped at any point, the next pull goes on: nothing is lost and nothing comes twice.",
  ],
  options: { ...gatewayOptions, ...commonOptions },
  async run(deps, args) {
    let conflicts = 0;
    for (const folder of await getOrganisationFolders(premisesOf(deps, args), args.find("organisation"))) {
      const outcome = await pullInto(deps, args, folder);
      conflicts += outcome.conflicts;
      deps.terminal.result(`${folder.profile.name}: ${describePull(outcome)}`);
      deps.terminal.json({ organisation: folder.profile.name, pulled: outcome });
    }
    return conflicts > 0 ? exitCodes.someRefused : exitCodes.ok;
  },
};

/** Opens what was pulled. */
export const openCommand: Command = {
  name: "contacts open",
  summary: "open pulled contacts to standard output",
  help: [
    "Opens the contacts in an organisation's local store, in the order in which they were delivered, to standard output. Contacts that were tampered with, swapped, or sealed to a key that is not here are refused; those whose fields do not follow the form are quarantined. Both are listed on standard error and make the exit code 3.",
  ],
  options: {
    format: { type: "string", value: "FORMAT", help: "jsonl (default) or csv" },
    ...openingOptions,
    ...passphraseOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const format = args.findChoice("format", outputFormats) ?? "jsonl";
    const counts = await openToTerminal(deps, { args, folder, formats: [format] });
    if (isComplete(counts)) return exitCodes.ok;
    deps.terminal.warn(`${folder.profile.name}: ${describeCounts(counts)}`);
    return exitCodes.someRefused;
  },
};

/** Pulls and opens into files. */
export const exportCommand: Command = {
  name: "contacts export",
  summary: "fetch and open contacts into files",
  help: [
    "Fetches what is new for each organisation and opens it into contacts.jsonl and contacts.csv in the organisation's folder, or into one file with --out. Run again, it adds what came since; stopped at any point, it goes on at its last checkpoint, without a loss or a double and in the same order. JSON lines are exact. CSV is made harmless for spreadsheets: text that would run as a formula gets an apostrophe in front.",
    "--format proca writes one message of Proca's queue (version 2) a line into contacts.proca: still sealed, as its own tools open it, without a passphrase; with --opened in clear, after every check that opening makes.",
    "Refused contacts (tampered with, swapped, or sealed to a key that is not here) are listed with their error code in FILE.refused.jsonl; contacts whose fields do not follow the form are kept apart in FILE.quarantine.jsonl. Either makes the exit code 3. After a key was restored, --overwrite opens everything anew.",
  ],
  options: {
    format: { type: "string", value: "FORMAT", help: "jsonl, csv, both (default; with --out jsonl) or proca" },
    opened: { type: "boolean", help: "with --format proca: the person in clear instead of sealed" },
    out: { type: "string", value: "FILE", help: "write one organisation's contacts to this file" },
    overwrite: { type: "boolean", help: "start anew, replacing what is there" },
    "no-pull": { type: "boolean", help: "open what is here; ask no gateway" },
    ...openingOptions,
    ...passphraseOptions,
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const out = args.find("out");
    const premises = premisesOf(deps, args);
    const wanted = args.find("organisation");
    const folders =
      out === undefined
        ? await getOrganisationFolders(premises, wanted)
        : [await getOrganisationFolder(premises, wanted)];
    let exitCode: ExitCode = exitCodes.ok;
    for (const folder of folders) {
      const isClean = await exportOne(deps, args, folder);
      if (!isClean) exitCode = exitCodes.someRefused;
    }
    return exitCode;
  },
};

async function exportOne(deps: CliDeps, args: Arguments, folder: OrganisationFolder): Promise<boolean> {
  const pulled = args.has("no-pull") ? undefined : await pullInto(deps, args, folder);
  const out = args.find("out");
  const formats = formatsOf(args);
  const path = out === undefined ? undefined : resolve(deps.workingFolder, out);
  if (formats[0] === "proca" && !args.has("opened")) {
    const { name } = folder.profile;
    const exported = await exportSealed(deps, { args, folder, path });
    deps.terminal.result(`${name}: ${groupDigits(exported.contacts)} sealed`);
    deps.terminal.result(`  ${exported.path}`);
    deps.terminal.json({ organisation: name, pulled, ...exported });
    if (exported.damaged > 0) deps.terminal.warn(`  ${groupDigits(exported.damaged)} damaged lines were left out`);
    return exported.damaged === 0 && (pulled?.conflicts ?? 0) === 0;
  }
  const files = path === undefined ? defaultFiles(folder, formats) : namedFiles(path);
  const counts = await openIntoFiles(deps, { args, folder, formats, files });
  const { name } = folder.profile;
  deps.terminal.result(`${name}: ${pulled === undefined ? "" : `${describePull(pulled)}; `}${describeCounts(counts)}`);
  for (const file of files.byFormat) deps.terminal.result(`  ${file}`);
  if (counts.refused > 0) deps.terminal.warn(`  refused, by action id and error code: ${files.refused}`);
  if (counts.quarantined > 0) deps.terminal.warn(`  quarantined, with their problems: ${files.quarantine}`);
  deps.terminal.json({ organisation: name, pulled, ...counts, files });
  return isComplete(counts) && (pulled?.conflicts ?? 0) === 0;
}

/** What a pull brought, and what went with it. */
export interface PullReport extends PullOutcome {
  /** Contacts whose persons were erased, taken out of the store. */
  readonly dropped: number;
  /** Contacts that are to go and wait for `contacts drop`, since they are so many. */
  readonly waiting: number;
}

/** Pulls what is new for an organisation into its store, and takes out of it who was erased. */
export async function pullInto(deps: CliDeps, args: Arguments, folder: OrganisationFolder): Promise<PullReport> {
  return withOrganisationGateway(deps, { args, folder }, async (gateway) => {
    const verifier = await createVerifier(deps, folder);
    try {
      return await pullThrough(deps, { gateway, folder, verifier });
    } finally {
      await verifier.close();
    }
  });
}

async function createVerifier(deps: CliDeps, folder: OrganisationFolder): Promise<LineVerifier> {
  const storeKey = await getStoreKey(deps, folder.path);
  const { gatewaySigningKey } = folder.profile;
  const verifier = new LineVerifier({ storeKey, gatewaySigningKey }, defaultThreads());
  storeKey.fill(0);
  return verifier;
}

async function pullThrough(
  deps: CliDeps,
  {
    gateway,
    folder,
    verifier,
  }: Pick<PullDeps, "gateway"> & { readonly folder: OrganisationFolder; readonly verifier: LineVerifier },
): Promise<PullReport> {
  const { name } = folder.profile;
  const path = pathsOf(folder.path).contacts;
  const store = await ContactStore.open(path, verifier);
  const progress = new Progress(deps, {
    what: `${name}: pulling`,
    unit: "contacts",
    total: undefined,
    doneBefore: store.mark.contacts,
  });
  try {
    const outcome = await pullContacts({ gateway, store, onBatch: (contacts) => progress.update(contacts) });
    if (outcome.conflicts > 0) {
      deps.terminal.warn(
        `${name}: ${outcome.conflicts} contacts came again with other content and were kept apart in ${path}/conflicts.jsonl`,
      );
    }
    const { dropped, waiting } = await store.dropErased({ organisationFolder: folder.path, evenMany: false });
    if (waiting > 0) warnOfMany(deps, { name, waiting });
    return { ...outcome, dropped, waiting };
  } finally {
    progress.finish();
    await store.close();
  }
}

/** Exports leave them out all the same; only throwing them away cannot be undone. */
function warnOfMany(deps: CliDeps, { name, waiting }: { readonly name: string; readonly waiting: number }): void {
  deps.terminal.warn(
    `${name}: the gateway says that ${groupDigits(waiting)} contacts are to be erased. They are left out from now on, but stay here, since they are so many: make sure that this is right, then use \`coterie contacts drop\``,
  );
}

/** Both formats where nothing is said; one file holds one format. */
function formatsOf(args: Arguments): readonly OutputFormat[] {
  const format = args.findChoice("format", [...outputFormats, "both", "proca"]);
  const out = args.find("out");
  if (args.has("opened") && format !== "proca") throw new UsageError("--opened goes with --format proca");
  if (format === "both" && out !== undefined) throw new UsageError("--out takes one format: jsonl or csv");
  if (format === "jsonl" || format === "csv" || format === "proca") return [format];
  return out === undefined ? outputFormats : ["jsonl"];
}

function isComplete({ refused, quarantined }: OpeningCounts): boolean {
  return refused === 0 && quarantined === 0;
}

function describePull({ stored, repeated, conflicts, dropped }: PullReport): string {
  const others = [
    repeated > 0 ? `${groupDigits(repeated)} known` : "",
    conflicts > 0 ? `${groupDigits(conflicts)} in conflict` : "",
    dropped > 0 ? `${groupDigits(dropped)} erased` : "",
  ];
  return [`${groupDigits(stored)} pulled`, ...others.filter((text) => text !== "")].join(", ");
}

function describeCounts({ opened, refused, quarantined, skipped, erased }: OpeningCounts): string {
  const parts = [
    `${groupDigits(opened)} opened`,
    refused > 0 ? `${groupDigits(refused)} refused` : "",
    quarantined > 0 ? `${groupDigits(quarantined)} quarantined` : "",
    skipped > 0 ? `${groupDigits(skipped)} not asked for` : "",
    erased > 0 ? `${groupDigits(erased)} left out, since they are to be erased` : "",
  ];
  return parts.filter((text) => text !== "").join(", ");
}
