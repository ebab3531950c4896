/** `coterie audit verify`: the gateway's audit log against what these premises remember of it. */
import {
  AuditForkedError,
  type AuditMemory,
  decodeAuditHead,
  encodeAuditHead,
  type SignedAuditHead,
} from "@coterie/audit-log";
import { CoterieError, decodeBase64Url, encodeBase64Url } from "@coterie/bytes";
import { withOrganisationGateway } from "../gateway/organisation-gateway.ts";
import { getOrganisationFolders, type OrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { type Arguments, commonOptions, gatewayOptions } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { AuditLogChangedError, UsageError } from "../terminal/errors.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { groupDigits, Progress } from "../terminal/progress.ts";
import { verifyAuditLog } from "./fetch-audit.ts";
import { loadAuditMemory, saveAuditMemory, setAuditMemoryAside } from "./remembered-audit.ts";

/** Verifies the log and remembers it. */
export const verifyAuditCommand: Command = {
  name: "audit verify",
  summary: "check that nobody changed the gateway's audit log",
  help: [
    "Calculates the gateway's whole audit log anew and compares it with what was seen here the last time: events that were edited, removed, moved or held back, a log that was cut off or replaced, and one that was put back to an old copy and went on from there are all found, and make the exit code 10. Then it remembers the log as it is now. Run it every day.",
    "It prints the log's head: a line that the gateway signed. Other organisations of the same gateway can check with --seen that they were shown the same log.",
    "Where the operator tells you that the database was restored from a copy, --start-over keeps what was remembered beside as evidence and remembers the log anew.",
  ],
  options: {
    seen: { type: "string", value: "HEAD", help: "a head that another organisation of the gateway was shown" },
    "start-over": { type: "boolean", help: "go on with a log that is not the one that was remembered" },
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const seenByOthers = readSeen(args.find("seen"));
    for (const folder of await getOrganisationFolders(premisesOf(deps, args), args.find("organisation"))) {
      const before = await loadBefore(deps, { args, folder });
      const memory = await verifyOne(deps, { args, folder, remembered: before, seenByOthers });
      await saveAuditMemory(folder, memory);
      report(deps, { folder, before, memory });
    }
    return exitCodes.ok;
  },
};

async function loadBefore(
  deps: CliDeps,
  { args, folder }: { readonly args: Arguments; readonly folder: OrganisationFolder },
): Promise<AuditMemory | undefined> {
  const before = await loadAuditMemory(folder);
  if (before === undefined || !args.has("start-over")) return before;
  deps.terminal.note(`What was remembered is kept in ${await setAuditMemoryAside(folder, before)}.`);
  return undefined;
}

interface VerifyOneInput {
  readonly args: Arguments;
  readonly folder: OrganisationFolder;
  readonly remembered: AuditMemory | undefined;
  readonly seenByOthers: readonly SignedAuditHead[];
}

async function verifyOne(deps: CliDeps, { args, folder, ...against }: VerifyOneInput): Promise<AuditMemory> {
  const progress = new Progress(deps, { what: `${folder.profile.name}: verifying`, unit: "events", total: undefined });
  try {
    return await withOrganisationGateway(deps, { args, folder }, async (gateway) =>
      verifyAuditLog({ ...deps, gateway, onLinks: (seen) => progress.update(seen) }, { folder, ...against }),
    );
  } catch (error) {
    throw explain(deps, error, folder);
  } finally {
    progress.finish();
  }
}

const explanations: Readonly<Record<string, string>> = {
  "audit-log/malformed": "what the gateway serves is no audit log",
  "audit-log/bad-signature": "a head of the audit log is not signed by the pinned gateway",
  "audit-log/other-log": "the audit log is another one than was seen here before: the database was replaced",
  "audit-log/rolled-back":
    "the audit log is shorter than what was seen here before: its end was cut off, or an old copy was restored",
  "audit-log/forked":
    "the audit log is not the one that was seen before: events were edited, moved or removed, or an old copy was restored and went on",
  "audit-log/broken-chain": "the audit log does not lead to the head that the gateway signed",
  "audit-log/event-changed": "an event of this organisation is not the one that was recorded",
  "audit-log/event-missing": "events of this organisation are held back",
};

function explain({ terminal }: CliDeps, error: unknown, { profile }: OrganisationFolder): unknown {
  if (!(error instanceof CoterieError) || !Object.hasOwn(explanations, error.code)) return error;
  if (error instanceof AuditForkedError) {
    terminal.warn("Two heads that the gateway signed and that contradict each other; keep both:");
    for (const head of error.heads) terminal.warn(`  ${showHead(head)}`);
  }
  return new AuditLogChangedError(error.code, `${profile.name}: ${explanations[error.code] ?? ""}`);
}

interface Report {
  readonly folder: OrganisationFolder;
  readonly before: AuditMemory | undefined;
  readonly memory: AuditMemory;
}

function report({ terminal }: CliDeps, { folder, before, memory }: Report): void {
  const { head, ownEvents } = memory;
  const { name } = folder.profile;
  const since =
    before === undefined
      ? "seen here for the first time"
      : `nothing changed since ${new Date(before.head.signedAtMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  terminal.result(`${name}: ${groupDigits(head.size)} events, ${groupDigits(ownEvents)} of them ours; ${since}`);
  terminal.result(`head ${showHead(head)}`);
  terminal.json({
    organisation: name,
    events: head.size,
    ownEvents,
    firstTime: before === undefined,
    head: showHead(head),
  });
}

function showHead(head: SignedAuditHead): string {
  return encodeBase64Url(encodeAuditHead(head));
}

function readSeen(text: string | undefined): readonly SignedAuditHead[] {
  if (text === undefined) return [];
  try {
    return [decodeAuditHead(decodeBase64Url(text.trim()))];
  } catch (error) {
    if (error instanceof CoterieError) throw new UsageError("--seen takes the head that `coterie audit verify` prints");
    throw error;
  }
}
