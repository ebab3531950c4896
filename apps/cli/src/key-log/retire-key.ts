/** `coterie keys retire` and `coterie keys revoke`: an end for a key, signed by the key authority. */
import { appendEntry, type KeyLog, type KeyLogUpdate, rememberHead } from "@coterie/key-log";
import { type KeyId, parseKeyId } from "@coterie/sealed-box/seal";
import { withOrganisationGateway } from "../gateway/organisation-gateway.ts";
import { loadKeyFiles } from "../keys/key-files.ts";
import { lockFolder } from "../premises/folder-lock.ts";
import { getOrganisationFolder, type OrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import {
  type Arguments,
  commonOptions,
  gatewayOptions,
  type OptionSpecs,
  passphraseOptions,
} from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { UsageError } from "../terminal/errors.ts";
import { type ExitCode, exitCodes } from "../terminal/exit-codes.ts";
import { authorityOptions, withAuthority } from "./authority-file.ts";
import { fetchLog, finishPending, followingRules, logOptions, newEntries, publishEntries } from "./premises-log.ts";
import { saveHead } from "./remembered-log.ts";
import { dayMs, showLog } from "./show-log.ts";

const endOptions: OptionSpecs = {
  key: { type: "string", short: "k", value: "KEY", help: "name of a key file here, or the id of any key (ckey1…)" },
  ...logOptions,
  ...authorityOptions,
  ...passphraseOptions,
  ...gatewayOptions,
  ...commonOptions,
};

/** Ends a key in good order. */
export const retireKeyCommand: Command = {
  name: "keys retire",
  summary: "stop sealing to a key, after a grace period",
  help: [
    "Signs an entry that retires the key: nothing new is sealed to it, and forms that were loaded before may use it until the grace period ends. Retiring the active key without `coterie keys rotate` stops the organisation's forms.",
  ],
  options: {
    "grace-days": { type: "string", value: "DAYS", help: "for how long forms may still use it (default 7)" },
    ...endOptions,
  },
  run: async (deps, args) => {
    const graceMs = (args.findNumber("grace-days", { min: 0, max: 365 }) ?? 7) * dayMs;
    return await endKey(deps, args, ({ log, keyId, nowMs }) => {
      const validUntilMs = log.activations.findLast((one) => one.keyId === keyId)?.validUntilMs ?? 0;
      return { kind: "retire", keyId, graceUntilMs: Math.min(nowMs + graceMs, validUntilMs) };
    });
  },
};

/** Ends a key that others may have. */
export const revokeKeyCommand: Command = {
  name: "keys revoke",
  summary: "never again accept a key, at once",
  help: [
    "Signs an entry that revokes the key, because others may have its secret half. From then on nothing that was sealed to it is accepted, not even from forms that are open now, and it can never be activated again. --since says from when on contacts may have been read by others. Rotate to a new key first, or the organisation's forms stop.",
  ],
  options: {
    since: { type: "string", value: "DAY", help: "day or time since when others may have it (default: now)" },
    ...endOptions,
  },
  run: async (deps, args) => {
    const since = args.find("since");
    const sinceMs = since === undefined ? undefined : parseDay(since);
    return await endKey(deps, args, ({ keyId, nowMs }) => ({ kind: "revoke", keyId, sinceMs: sinceMs ?? nowMs }));
  },
};

interface Ending {
  readonly log: KeyLog;
  readonly keyId: KeyId;
  readonly nowMs: number;
}

async function endKey(deps: CliDeps, args: Arguments, update: (ending: Ending) => KeyLogUpdate): Promise<ExitCode> {
  const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
  const keyId = await meantKey(folder, args.get("key"));
  const lock = await lockFolder(folder.path);
  try {
    const log = await withAuthority(deps, { args, folder }, (signer) =>
      withOrganisationGateway(deps, { args, folder }, async (gateway) => {
        const { primitives } = deps;
        const logDeps = { gateway, primitives };
        await finishPending(logDeps, { folder, args, proof: () => Promise.resolve(new Uint8Array()) });
        const before = await fetchLog(logDeps, { folder, args });
        if (before === undefined) throw new UsageError("there is no key log: begin it with `coterie keys rotate`");
        const createdAtMs = Math.max(deps.now(), before.entries.at(-1)?.createdAtMs ?? 0);
        const change = update({ log: before, keyId, nowMs: createdAtMs });
        const after = await followingRules(deps, () =>
          appendEntry(primitives, { log: before, signer, createdAtMs, update: change }),
        );
        await publishEntries(logDeps, { folder, entries: newEntries(before, after), proof: new Uint8Array() });
        await saveHead(folder, rememberHead(after));
        return after;
      }),
    );
    showLog(deps, log);
    return exitCodes.ok;
  } finally {
    await lock.release();
  }
}

/** A key may have to end whose file is lost: its id is enough. */
async function meantKey({ path }: OrganisationFolder, wanted: string): Promise<KeyId> {
  const here = (await loadKeyFiles(path)).find(({ name, file }) => name === wanted || file.keyId === wanted);
  if (here !== undefined) return here.file.keyId;
  try {
    return parseKeyId(wanted);
  } catch {
    throw new UsageError("no such key here: --key takes the name of a key file, or the id of a key (ckey1…)");
  }
}

function parseDay(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d(?:T.*)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new UsageError("--since takes a day or time: 2030-01-31 or 2030-01-31T12:00:00Z");
  return ms;
}
