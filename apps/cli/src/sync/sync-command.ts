/** `coterie contacts sync`. */
import { setTimeout as sleep } from "node:timers/promises";
import { CoterieError } from "@coterie/bytes";
import { type PullReport, pullInto } from "../contacts/contact-commands.ts";
import { getOrganisationFolder, type OrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { type Arguments, commonOptions, gatewayOptions, passphraseOptions } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { type ExitCode, exitCodes } from "../terminal/exit-codes.ts";
import { groupDigits } from "../terminal/progress.ts";
import { namedTarget, targetOptions } from "./named-target.ts";
import { type SyncLists, syncLists, syncOnce, type SyncOutcome } from "./sync-run.ts";
import type { NamedTarget } from "./sync-target.ts";

const usualIntervalSeconds = 60;

/** Keeps another program's copy of the contacts up to date. */
export const syncCommand: Command = {
  name: "contacts sync",
  summary: "keep a folder of CSV files, a database table or another program up to date",
  help: [
    "Fetches what is new for an organisation, opens it, and hands it over: appends it to CSV files in a folder, writes it into a table of PostgreSQL, or posts it to another program. What happens later goes the same way: confirmations, and persons that were erased, who are taken out of the files and whose rows are emptied. Stopped or killed at any point, the next run goes on: nothing is lost, and what comes twice comes under the same id. For cron, or with --watch until it is stopped.",
    "Each target has its own checkpoint, in the organisation's folder sync/. Contacts that do not open are listed beside it and make the exit code 3.",
  ],
  options: {
    ...targetOptions,
    watch: { type: "boolean", help: "go on until stopped, looking again after each pause" },
    interval: { type: "string", value: "SECONDS", help: `--watch: the pause (default ${usualIntervalSeconds})` },
    "no-pull": { type: "boolean", help: "hand over what is here; ask no gateway" },
    "even-many": { type: "boolean", help: "take out erased persons, however many the gateway says they are" },
    workers: { type: "string", value: "N", help: "how many threads open (default: one for each core)" },
    ...passphraseOptions,
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const target = await namedTarget(deps, { args, folder });
    const wish = { args, folder, target };
    return args.has("watch") ? await watch(deps, wish) : await runOnce(deps, wish);
  },
};

interface Wish {
  readonly args: Arguments;
  readonly folder: OrganisationFolder;
  readonly target: NamedTarget;
}

async function runOnce(deps: CliDeps, wish: Wish): Promise<ExitCode> {
  const { args, folder } = wish;
  const pulled = args.has("no-pull") ? undefined : await pullInto(deps, args, folder);
  const outcome = await syncOnce(deps, wish);
  tell(deps, wish, { pulled, outcome });
  const { refused, quarantined } = outcome.counts;
  return refused + quarantined + outcome.waiting + (pulled?.conflicts ?? 0) > 0 ? exitCodes.someRefused : exitCodes.ok;
}

/** Faults that pass by themselves are told and waited for; anything else ends it. Being stopped is how it ends well. */
async function watch(deps: CliDeps, wish: Wish): Promise<ExitCode> {
  const seconds = wish.args.findNumber("interval", { min: 1, max: 86_400 }) ?? usualIntervalSeconds;
  while (!deps.signal.aborted) {
    try {
      await runOnce(deps, wish);
    } catch (error) {
      if (deps.signal.aborted) break;
      if (!(error instanceof CoterieError) || !passing.has(error.code)) throw error;
      deps.terminal.warn(`${wish.folder.profile.name}: ${error.message}; trying again in ${seconds} seconds`);
    }
    await sleep(seconds * 1000, undefined, { signal: deps.signal }).catch(() => undefined);
  }
  return exitCodes.ok;
}

const passing: ReadonlySet<string> = new Set([
  "cli/gateway-unreachable",
  "cli/target-unreachable",
  "cli/target-refused",
  "cli/busy",
]);

interface Told {
  readonly pulled: PullReport | undefined;
  readonly outcome: SyncOutcome;
}

function tell(deps: CliDeps, { folder, target }: Wish, { pulled, outcome }: Told): void {
  const { name } = folder.profile;
  const { counts, events, waiting } = outcome;
  const lists: SyncLists = syncLists({ folder, target });
  const parts = [
    pulled === undefined ? "" : `${groupDigits(pulled.stored)} pulled`,
    `${groupDigits(counts.opened)} handed over`,
    events > 0 ? `${groupDigits(events)} events` : "",
    counts.refused > 0 ? `${groupDigits(counts.refused)} refused` : "",
    counts.quarantined > 0 ? `${groupDigits(counts.quarantined)} quarantined` : "",
  ];
  deps.terminal.result(`${name}: ${parts.filter((part) => part !== "").join(", ")}`);
  if (counts.refused > 0) deps.terminal.warn(`  refused, by action id and error code: ${lists.refused}`);
  if (counts.quarantined > 0) deps.terminal.warn(`  quarantined, with their problems: ${lists.quarantine}`);
  if (waiting > 0) {
    deps.terminal.warn(
      `  the gateway says that ${groupDigits(waiting)} contacts are to be erased, which is a lot: make sure that this is right, then use --even-many`,
    );
  }
  deps.terminal.json({ organisation: name, target: target.kind, pulled, ...counts, events, waiting });
}
