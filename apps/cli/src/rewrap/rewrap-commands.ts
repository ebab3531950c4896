/** `coterie contacts rewrap` and `coterie contacts coverage`. */
import type { AgreementKeyPair } from "@coterie/primitives";
import { KeyState } from "@coterie/protocol";
import { createContactRewrapper } from "@coterie/sealed-box/open";
import { deriveKeyId } from "@coterie/sealed-box/seal";
import type { Gateway } from "../gateway/gateway-client.ts";
import { withOrganisationGateway } from "../gateway/organisation-gateway.ts";
import { loadKeyFiles, unlockKeys } from "../keys/key-files.ts";
import { getPassphrase } from "../keys/passphrases.ts";
import { describeState } from "../keys/show-keys.ts";
import { getOrganisationFolder, type OrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { commonOptions, gatewayOptions, passphraseOptions } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { UsageError } from "../terminal/errors.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { groupDigits, Progress } from "../terminal/progress.ts";
import { rewrapContacts, type RewrapOutcome } from "./rewrap-contacts.ts";

/** Seals old contacts again to the active key. */
export const rewrapCommand: Command = {
  name: "contacts rewrap",
  summary: "seal old contacts at the gateway again, to the active key",
  help: [
    "Fetches the contacts that the gateway keeps under older keys, opens them here, seals them again to the active key, and hands them back: afterwards the older keys open nothing that the gateway keeps. The active key's file must be here as well. Stopped at any point, the same command goes on. Contacts in local stores and exports stay as they are.",
    "Contacts that do not open stay under their key, are listed, and make the exit code 3.",
  ],
  options: { ...passphraseOptions, ...gatewayOptions, ...commonOptions },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const passphrase = await getPassphrase(deps, { args, folder: folder.path });
    const { opened, closed } = unlockKeys(deps, { keys: await loadKeyFiles(folder.path), passphrase });
    for (const name of closed) deps.terminal.warn(`The passphrase does not open the key file ${name}.`);
    try {
      const outcome = await withOrganisationGateway(deps, { args, folder }, (gateway) =>
        rewrapAll(deps, { gateway, folder, keys: opened }),
      );
      const { replaced, refused, changed } = outcome;
      deps.terminal.result(
        `${groupDigits(replaced)} sealed again, ${groupDigits(refused)} refused, ${groupDigits(changed)} changed meanwhile`,
      );
      deps.terminal.json({ organisation: folder.profile.name, ...outcome });
      return refused > 0 ? exitCodes.someRefused : exitCodes.ok;
    } finally {
      for (const { secretKey } of opened) secretKey.destroy();
    }
  },
};

/** Shows how many contacts are under which key. */
export const coverageCommand: Command = {
  name: "contacts coverage",
  summary: "count the contacts that the gateway keeps under each key",
  help: [
    "Lists, for each key, how many of the organisation's contacts at the gateway are sealed to it, and whether its key file is here. A key may be thrown away once nothing is under it, neither at the gateway nor in any local store.",
  ],
  options: { ...gatewayOptions, ...commonOptions },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const here = new Set<string>((await loadKeyFiles(folder.path)).map(({ file }) => file.keyId));
    const rows = await withOrganisationGateway(deps, { args, folder }, readCoverage);
    for (const { keyId, contacts, pending, state } of rows) {
      const file = here.has(keyId) ? "" : ", no file here";
      const waiting = pending === 0 ? "" : `, ${groupDigits(pending)} await confirmation`;
      deps.terminal.result(`${keyId}  ${state.padEnd(9)}  ${groupDigits(contacts)} contacts${waiting}${file}`);
      deps.terminal.json({ organisation: folder.profile.name, keyId, state, contacts, pending, file: here.has(keyId) });
    }
    return exitCodes.ok;
  },
};

interface CoverageRow {
  readonly keyId: string;
  readonly state: string;
  readonly contacts: number;
  readonly pending: number;
}

async function readCoverage({
  organisations,
  rewraps,
}: Pick<Gateway, "organisations" | "rewraps">): Promise<readonly CoverageRow[]> {
  const [{ keys }, coverage] = await Promise.all([organisations.listPublicKeys({}), rewraps.countContactsByKey({})]);
  const countById = new Map(coverage.keys.map((row) => [row.keyId, row]));
  return keys.map(({ id, state }) => ({
    keyId: id,
    state: describeState(state),
    contacts: Number(countById.get(id)?.contacts ?? 0n),
    pending: Number(countById.get(id)?.pending ?? 0n),
  }));
}

interface Rewrapping {
  readonly gateway: Gateway;
  readonly folder: OrganisationFolder;
  readonly keys: readonly AgreementKeyPair[];
}

async function rewrapAll(deps: CliDeps, { gateway, folder, keys }: Rewrapping): Promise<RewrapOutcome> {
  const pairById = new Map<string, AgreementKeyPair>(
    keys.map((pair) => [deriveKeyId(deps.primitives, pair.publicKey), pair]),
  );
  const known = await gateway.organisations.listPublicKeys({});
  const active = known.keys.find(({ state }) => state === KeyState.ACTIVE);
  // Taken from the file, never from the gateway: it could name a key of its own.
  const recipient = pairById.get(active?.id ?? "");
  if (active === undefined || recipient === undefined)
    throw new UsageError(
      "the file of the active key is not here, or the passphrase does not open it: nothing was changed",
    );
  const coverage = await gateway.rewraps.countContactsByKey({});
  const old = coverage.keys.filter(
    ({ keyId, contacts }) => keyId !== active.id && contacts > 0n && pairById.has(keyId),
  );
  const total = old.reduce((sum, { contacts }) => sum + Number(contacts), 0);
  const progress = new Progress(deps, { what: `${folder.profile.name}: sealing again`, unit: "contacts", total });
  const { gatewaySigningKey, organisationId } = folder.profile;
  const rewrapper = createContactRewrapper(deps, {
    keys,
    gatewaySigningKey,
    recipient: { public: recipient.publicKey },
  });
  let outcome: RewrapOutcome = { replaced: 0, refused: 0, changed: 0 };
  let done = 0;
  try {
    for (const { keyId, contacts } of old) {
      const before = done;
      const one = await rewrapContacts(
        {
          gateway,
          primitives: deps.primitives,
          rewrapper,
          signal: deps.signal,
          onBatch: (looked) => progress.update(before + looked),
          onRefused: (actionId, code) => deps.terminal.warn(`${actionId}  refused  ${code}`),
        },
        { organisationId, oldKeyId: keyId, newKeyId: active.id },
      );
      done += Number(contacts);
      outcome = addOutcomes(outcome, one);
    }
    return outcome;
  } finally {
    progress.finish();
    rewrapper.destroy();
  }
}

function addOutcomes(left: RewrapOutcome, right: RewrapOutcome): RewrapOutcome {
  return {
    replaced: left.replaced + right.replaced,
    refused: left.refused + right.refused,
    changed: left.changed + right.changed,
  };
}
