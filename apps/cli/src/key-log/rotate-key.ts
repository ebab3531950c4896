/** `coterie keys rotate`: a key takes over, signed by the key authority; the one before stays valid for a grace period. */
import {
  appendEntry,
  createKeyLog,
  evaluateKeyLog,
  type KeyLog,
  type KeyLogSigner,
  type KeyLogUpdate,
  rememberHead,
} from "@coterie/key-log";
import type { AgreementKeyPair } from "@coterie/primitives";
import { deriveKeyId } from "@coterie/sealed-box/seal";
import { withOrganisationGateway } from "../gateway/organisation-gateway.ts";
import { importKey, proveKey } from "../keys/activate-key.ts";
import { getKeyFile, unlockKey } from "../keys/key-files.ts";
import { getPassphrase } from "../keys/passphrases.ts";
import { lockFolder } from "../premises/folder-lock.ts";
import { getOrganisationFolder, type OrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { commonOptions, gatewayOptions, passphraseOptions } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { authorityOptions, withAuthority } from "./authority-file.ts";
import {
  fetchLog,
  finishPending,
  followingRules,
  type LogDeps,
  logOptions,
  newEntries,
  publishEntries,
} from "./premises-log.ts";
import { saveHead } from "./remembered-log.ts";
import { dayMs } from "./show-log.ts";

/** Before now, so that a gateway whose clock is behind seals to the key at once. */
const headStartMs = 10 * 60 * 1000;

/** Activates a key by an entry of the log; begins the log where there is none. */
export const rotateKeyCommand: Command = {
  name: "keys rotate",
  summary: "make a key the organisation's, in its signed key log",
  help: [
    "Signs an entry of the organisation's key log that activates the key, and one that retires the key before it. The first rotation begins the log, whose id (clog1…) stays the same for ever. New contacts are sealed to the new key; forms that were loaded before may use the old one until the grace period ends. Rotating to the active key renews it.",
    "Forms whose snippet pins the log (clog1…) go on by themselves. Where a snippet still names keys, add the new key's id (ckey1…) to its `keys` before you rotate, or put the log's id in their place.",
    "Old contacts still need the old key's file, until `coterie contacts rewrap`.",
  ],
  options: {
    key: { type: "string", short: "k", value: "KEY", help: "name or id, where there are several" },
    "valid-days": {
      type: "string",
      value: "DAYS",
      help: "for how long the key is sealed to, at most 730 (default 365)",
    },
    "grace-days": { type: "string", value: "DAYS", help: "for how long forms may use the old key (default 7)" },
    ...logOptions,
    ...authorityOptions,
    ...passphraseOptions,
    ...gatewayOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const key = await getKeyFile(folder.path, args.find("key"));
    const validForMs = (args.findNumber("valid-days", { min: 1, max: 730 }) ?? 365) * dayMs;
    const graceMs = (args.findNumber("grace-days", { min: 0, max: 365 }) ?? 7) * dayMs;
    const keyPair = unlockKey(deps, { key, passphrase: await getPassphrase(deps, { args, folder: folder.path }) });
    const lock = await lockFolder(folder.path);
    try {
      const log = await withAuthority(deps, { args, folder }, (signer) =>
        withOrganisationGateway(deps, { args, folder }, async (gateway) => {
          const logDeps = { gateway, primitives: deps.primitives };
          await importKey({ gateway }, { keyId: key.file.keyId, keyPair, label: key.name });
          const prove = async (): Promise<Uint8Array> => {
            const proof = await proveKey(logDeps, { folder, keyPair });
            const bytes = proof.exposePlainBytes().slice();
            proof.destroy();
            return bytes;
          };
          await finishPending(logDeps, { folder, args, proof: prove });
          const before = await fetchLog(logDeps, { folder, args });
          return await rotate(
            { ...logDeps, now: deps.now },
            { folder, before, signer, keyPair, validForMs, graceMs, prove },
          );
        }),
      );
      report(deps, log);
      return exitCodes.ok;
    } finally {
      await lock.release();
      keyPair.secretKey.destroy();
    }
  },
};

interface Rotation {
  readonly folder: OrganisationFolder;
  readonly before: KeyLog | undefined;
  readonly signer: KeyLogSigner;
  readonly keyPair: AgreementKeyPair;
  readonly validForMs: number;
  readonly graceMs: number;
  readonly prove: () => Promise<Uint8Array>;
}

async function rotate(deps: LogDeps & Pick<CliDeps, "now">, rotation: Rotation): Promise<KeyLog> {
  const { folder, before, prove } = rotation;
  const after = await followingRules(deps, () => signRotation(deps, rotation));
  await publishEntries(deps, { folder, entries: newEntries(before, after), proof: await prove() });
  await saveHead(folder, rememberHead(after));
  return after;
}

async function signRotation(
  { primitives, now }: LogDeps & Pick<CliDeps, "now">,
  { folder, before, signer, keyPair, validForMs, graceMs }: Rotation,
): Promise<KeyLog> {
  const createdAtMs = Math.max(now(), before?.entries.at(-1)?.createdAtMs ?? 0);
  const period = { validFromMs: createdAtMs - headStartMs, validUntilMs: createdAtMs + validForMs };
  const { publicKey } = keyPair;
  if (before === undefined) {
    const { organisationId: organisation } = folder.profile;
    return await createKeyLog(primitives, { organisation, signer, createdAtMs, firstKey: { publicKey, ...period } });
  }
  const activate: KeyLogUpdate = { kind: "activate", publicKey, ...period };
  const activated = await appendEntry(primitives, { log: before, signer, createdAtMs, update: activate });
  const { active } = evaluateKeyLog(before, createdAtMs);
  if (active === undefined || active.keyId === deriveKeyId(primitives, publicKey)) return activated;
  const graceUntilMs = Math.min(createdAtMs + graceMs, active.validUntilMs);
  const retire: KeyLogUpdate = { kind: "retire", keyId: active.keyId, graceUntilMs };
  return await appendEntry(primitives, { log: activated, signer, createdAtMs, update: retire });
}

function report({ terminal, now }: CliDeps, log: KeyLog): void {
  const { active } = evaluateKeyLog(log, now());
  const validUntil = new Date(active?.validUntilMs ?? 0).toISOString();
  terminal.result(`${active?.keyId ?? "no key"}  active until ${validUntil.slice(0, 10)}`);
  terminal.result(`${log.logId}  ${log.entries.length} entries`);
  terminal.json({ log: log.logId, entries: log.entries.length, keyId: active?.keyId, validUntil });
  terminal.note(
    "Keep the log's id (clog1…) where others can compare it, and in your snippets: it stays the same when keys rotate.",
  );
}
