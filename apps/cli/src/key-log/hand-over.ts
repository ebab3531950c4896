/** `coterie keys hand-over`: another key signs the organisation's key log from here on. */
import { appendEntry, type KeyLogSigner, rememberHead } from "@coterie/key-log";
import { withOrganisationGateway } from "../gateway/organisation-gateway.ts";
import { lockFolder } from "../premises/folder-lock.ts";
import { getOrganisationFolder, type OrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { type Arguments, commonOptions, gatewayOptions, passphraseOptions } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { UsageError } from "../terminal/errors.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { authorityOptions, withAuthority, withNewAuthority } from "./authority-file.ts";
import { fetchLog, finishPending, followingRules, logOptions, newEntries, publishEntries } from "./premises-log.ts";
import { saveHead } from "./remembered-log.ts";
import { showLog } from "./show-log.ts";

/** Hands the log over to another authority. */
export const handOverCommand: Command = {
  name: "keys hand-over",
  summary: "let another key authority sign the key log from here on",
  help: [
    "Signs an entry of the key log that names another authority, by both: the one until now, and the new one, made before with `coterie keys authority --authority-file FILE`. The log, its id, its keys and all pins of sites stay the same. From then on the former authority signs nothing, and can never be the authority again.",
    "For a new holder, a new passphrase, or a copy that may have been seen. Whoever already used a stolen authority cannot be undone in the log: see the guide.",
  ],
  options: {
    to: { type: "string", value: "FILE", help: "file of the new key authority" },
    "to-passphrase-file": {
      type: "string",
      value: "FILE",
      help: "file with the new authority's passphrase, where it is another one than the keys' passphrase",
    },
    ...logOptions,
    ...authorityOptions,
    ...passphraseOptions,
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const lock = await lockFolder(folder.path);
    try {
      await withNewAuthority(deps, { args, folder }, async (newSigner) =>
        withAuthority(deps, { args, folder }, async (signer) => handOver(deps, { args, folder, signer, newSigner })),
      );
      deps.terminal.note(
        `Sign with --authority-file ${args.get("to")} from here on. The former authority's file signs nothing any more: destroy it and its copies.`,
      );
      return exitCodes.ok;
    } finally {
      await lock.release();
    }
  },
};

interface HandOver {
  readonly args: Arguments;
  readonly folder: OrganisationFolder;
  readonly signer: KeyLogSigner;
  readonly newSigner: KeyLogSigner;
}

async function handOver(deps: CliDeps, { args, folder, signer, newSigner }: HandOver): Promise<void> {
  const { primitives } = deps;
  const log = await withOrganisationGateway(deps, { args, folder }, async (gateway) => {
    const logDeps = { gateway, primitives };
    await finishPending(logDeps, { folder, args, proof: () => Promise.resolve(new Uint8Array()) });
    const before = await fetchLog(logDeps, { folder, args });
    if (before === undefined) throw new UsageError("there is no key log: begin it with `coterie keys rotate`");
    const createdAtMs = Math.max(deps.now(), before.entries.at(-1)?.createdAtMs ?? 0);
    const after = await followingRules(deps, () =>
      appendEntry(primitives, { log: before, signer, createdAtMs, update: { kind: "authority", newSigner } }),
    );
    await publishEntries(logDeps, { folder, entries: newEntries(before, after), proof: new Uint8Array() });
    await saveHead(folder, rememberHead(after));
    return after;
  });
  showLog(deps, log);
}
