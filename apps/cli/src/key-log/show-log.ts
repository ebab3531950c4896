/** `coterie keys log`: the organisation's key log, after every check. */
import { evaluateKeyLog, type KeyLog, type KeyLogChange, type KeyLogKeys } from "@coterie/key-log";
import { type KeyId, deriveKeyId } from "@coterie/sealed-box/seal";
import { withOrganisationGateway } from "../gateway/organisation-gateway.ts";
import { getOrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { commonOptions, gatewayOptions } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { fetchLog, logOptions } from "./premises-log.ts";

/** A day, as options count. */
export const dayMs: number = 24 * 60 * 60 * 1000;

/** Verifies and shows the log. */
export const showLogCommand: Command = {
  name: "keys log",
  summary: "verify and show the organisation's key log",
  help: [
    "Fetches the organisation's key log from the gateway, verifies every entry and signature, and compares it with what was seen here before: a log that was shortened, swapped or changed is an error. Shows its id, its entries and the state of its keys now.",
  ],
  options: { ...logOptions, ...gatewayOptions, ...commonOptions },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const log = await withOrganisationGateway(deps, { args, folder }, (gateway) =>
      fetchLog({ gateway, primitives: deps.primitives }, { folder, args }),
    );
    if (log === undefined)
      deps.terminal.result("no key log: begin it with `coterie keys authority` and `coterie keys rotate`");
    else showLog(deps, log);
    return exitCodes.ok;
  },
};

/** Shows the entries of a log and what follows from them. */
export function showLog({ terminal, now, primitives }: CliDeps, log: KeyLog): void {
  terminal.result(log.logId);
  const keyIdOf = (publicKey: Uint8Array): KeyId => deriveKeyId(primitives, publicKey);
  for (const { seq, createdAtMs, change } of log.entries) {
    terminal.result(`  ${String(seq).padStart(3)}  ${dayOf(createdAtMs)}  ${describeChange(change, keyIdOf)}`);
  }
  const states = statesOf(evaluateKeyLog(log, now()));
  for (const { keyId, state } of states) terminal.result(`  ${keyId}  ${state}`);
  terminal.json({ log: log.logId, entries: log.entries.length, keys: states });
}

function describeChange(change: KeyLogChange, keyIdOf: (publicKey: Uint8Array) => KeyId): string {
  switch (change.kind) {
    case "genesis":
      return "the log begins";
    case "authority":
      return "another key authority signs from here on";
    case "activate":
      return `activate ${keyIdOf(change.publicKey)} until ${dayOf(change.validUntilMs)}`;
    case "retire":
      return `retire   ${change.keyId}, accepted until ${dayOf(change.graceUntilMs)}`;
    case "revoke":
      return `revoke   ${change.keyId}, not trusted since ${dayOf(change.sinceMs)}`;
  }
}

interface KeyStateRow {
  readonly keyId: KeyId;
  readonly state: "active" | "scheduled" | "in grace" | "revoked";
}

function statesOf({ active, scheduled, inGrace, revoked }: KeyLogKeys): readonly KeyStateRow[] {
  return [
    ...(active === undefined ? [] : [{ keyId: active.keyId, state: "active" as const }]),
    ...scheduled.map(({ keyId }) => ({ keyId, state: "scheduled" as const })),
    ...inGrace.map(({ keyId }) => ({ keyId, state: "in grace" as const })),
    ...revoked.map(({ keyId }) => ({ keyId, state: "revoked" as const })),
  ];
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
