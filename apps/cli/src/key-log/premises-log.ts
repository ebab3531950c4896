/** The organisation's own key log: read from the gateway, verified against what is remembered, continued. */
import { type Bytes, CoterieError, decodeTextForm } from "@coterie/bytes";
import {
  decodeKeyLogEntry,
  type KeyLog,
  keyLogLimits,
  parseLogId,
  plannedChanges,
  rememberHead,
  resumeKeyLog,
} from "@coterie/key-log";
import type { Primitives } from "@coterie/primitives";
import type { Gateway } from "../gateway/gateway-client.ts";
import type { OrganisationFolder } from "../premises/organisation-folder.ts";
import type { Arguments, OptionSpecs } from "../terminal/arguments.ts";
import { GatewayMisbehavedError, GatewayRefusedError, UsageError } from "../terminal/errors.ts";
import { forgetPending, loadHead, loadPending, saveHead, savePending } from "./remembered-log.ts";

/** The option of commands that need the log. */
export const logOptions: OptionSpecs = {
  log: { type: "string", value: "ID", help: "id of the log (clog1…), on premises that have not seen it yet" },
};

/** What working on the log needs. */
export interface LogDeps {
  readonly gateway: Pick<Gateway, "keyLogs">;
  readonly primitives: Primitives;
}

/** Whose log, and how it was named. */
export interface LogWish {
  readonly folder: OrganisationFolder;
  readonly args: Arguments;
}

/**
 * The log as the gateway serves it, after every check; undefined where there is none and none was ever seen here.
 * @throws GatewayMisbehavedError where it is not the log that was seen here, or ends before what was seen
 */
export async function fetchLog(
  { gateway, primitives }: LogDeps,
  { folder, args }: LogWish,
): Promise<KeyLog | undefined> {
  const rememberedHead = await loadHead(primitives, folder);
  const named = args.find("log");
  const { entries } = await gateway.keyLogs.getKeyLog({});
  if (entries.length === 0) {
    if (rememberedHead === undefined && named === undefined) return undefined;
    throw new GatewayMisbehavedError("the gateway no longer serves the key log that was published");
  }
  const pin = rememberedHead?.logId ?? (named === undefined ? undefined : parseNamedLog(named));
  if (pin === undefined)
    throw new UsageError("the gateway has a key log that these premises have not seen: name it with --log clog1…");
  try {
    const organisation = folder.profile.organisationId;
    const log = await resumeKeyLog(primitives, { organisation, entries, pin, rememberedHead });
    await saveHead(folder, rememberHead(log));
    return log;
  } catch (error) {
    if (!(error instanceof CoterieError) || !error.code.startsWith("key-log/")) throw error;
    throw new GatewayMisbehavedError(
      `the gateway serves a wrong key log (${error.code}): ${error.message}. Tell its operator, and do not seal`,
    );
  }
}

function parseNamedLog(text: string): ReturnType<typeof parseLogId> {
  try {
    decodeTextForm("clog", text, { lengthBytes: 20 });
    return parseLogId(text);
  } catch {
    throw new UsageError("--log takes the id of a key log: clog1…");
  }
}

/** Entries of one change, and what shows that a new key opens. */
export interface Publication {
  readonly folder: OrganisationFolder;
  readonly entries: readonly Bytes[];
  readonly proof: Uint8Array;
}

/**
 * Sends entries: kept here from before they leave until they are known to have arrived, whatever the gateway says: one that kept what it
 * refused could otherwise show two histories. Throws GatewayRefusedError.
 */
export async function publishEntries({ gateway }: LogDeps, { folder, entries, proof }: Publication): Promise<void> {
  await savePending(folder, entries);
  await gateway.keyLogs.publishKeyLogEntries({ entries: [...entries], proof });
  await forgetPending(folder);
}

/**
 * Finishes what an interrupted command signed, before anything else is signed: two signed entries in one place would be a fork.
 * `proof` is asked for only where there is something.
 * @throws UsageError where it activates a key that was not shown to open yet
 * @throws GatewayMisbehavedError where the gateway refuses an entry and shows no other in its place
 */
export async function finishPending(
  deps: LogDeps,
  { folder, args, proof }: LogWish & { readonly proof: () => Promise<Uint8Array> },
): Promise<void> {
  const entries = await loadPending(folder);
  const [first] = entries;
  if (first === undefined) return;
  try {
    await publishEntries(deps, { folder, entries, proof: await proof() });
  } catch (error) {
    if (!(error instanceof GatewayRefusedError)) throw error;
    if (error.reason === "not-proven") {
      throw new UsageError("an interrupted rotation is not finished: run the same `coterie keys rotate` again");
    }
    if (error.reason !== "conflict") throw error;
    // Lost against another entry, which has to be seen: then what was wanted is decided anew, on the log as it is now.
    const log = await fetchLog(deps, { folder, args });
    const { seq } = decodeKeyLogEntry(deps.primitives, first);
    if (log?.entries[seq] === undefined) {
      throw new GatewayMisbehavedError(
        "the gateway refuses a signed entry of the key log and shows no other in its place",
      );
    }
    await forgetPending(folder);
  }
}

/** The entries of `after` that `before` has not. */
export function newEntries(before: KeyLog | undefined, after: KeyLog): readonly Bytes[] {
  return after.entries.slice(before?.entries.length ?? 0).map(({ encoded }) => encoded);
}

/**
 * Signs, and translates what the rules of logs forbid into what the command was asked for. What no gateway would take is given up here:
 * nothing of it was kept or sent yet.
 */
export async function followingRules(
  { now }: { readonly now: () => number },
  sign: () => Promise<KeyLog>,
): Promise<KeyLog> {
  try {
    const log = await sign();
    if (plannedChanges(log, now()).length > keyLogLimits.plannedChanges)
      throw new UsageError("too many changes of keys lie ahead in the key log: use shorter or fewer periods");
    return log;
  } catch (error) {
    if (!(error instanceof CoterieError) || !error.code.startsWith("key-log/")) throw error;
    throw new UsageError(`the key log does not allow this: ${error.message}`);
  }
}
