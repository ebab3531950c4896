/** `coterie keys list` and `coterie keys show`: what is known about keys, nothing secret, no passphrase. */
import { decodeBase64Url, encodeTextForm } from "@coterie/bytes";
import { KeyState, type OrganisationKey } from "@coterie/protocol";
import { withOrganisationGateway } from "../gateway/organisation-gateway.ts";
import {
  getOrganisationFolder,
  getOrganisationFolders,
  type OrganisationFolder,
} from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { type Arguments, commonOptions, gatewayOptions } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { getKeyFile, loadKeyFiles, type StoredKeyFile } from "./key-files.ts";
import { describeKeyFile } from "./new-key.ts";

/** Shows one key. */
export const showKeyCommand: Command = {
  name: "keys show",
  summary: "show a key's id and public half",
  help: [
    "Shows what may be known about a key: its id (the fingerprint that embed snippets pin), its public half, when it was made.",
  ],
  options: {
    key: { type: "string", short: "k", value: "KEY", help: "name or id, where there are several" },
    ...commonOptions,
  },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const key = await getKeyFile(folder.path, args.find("key"));
    const publicKey = decodeBase64Url(key.file.public);
    deps.terminal.json(describeKeyFile(key, publicKey));
    for (const line of [
      `organisation  ${folder.profile.title} (${folder.profile.name})`,
      `key id        ${key.file.keyId}`,
      `public key    ${encodeTextForm("cpub", publicKey)}`,
      `made          ${key.file.createdAt}`,
      `comment       ${key.file.comment}`,
      `file          ${key.path}`,
    ]) {
      deps.terminal.result(line);
    }
    return exitCodes.ok;
  },
};

/** Lists the keys of all organisations, beside what the gateway says of them. */
export const listKeysCommand: Command = {
  name: "keys list",
  summary: "list keys, here and at the gateway",
  help: [
    "Lists the key files of each organisation and what the gateway does with each: sealed to (active), imported, or retired. A key that is known to the gateway and has no file here is marked: its contacts cannot be opened on these premises.",
  ],
  options: { local: { type: "boolean", help: "do not ask the gateway" }, ...gatewayOptions, ...commonOptions },
  async run(deps, args) {
    for (const folder of await getOrganisationFolders(premisesOf(deps, args), args.find("organisation"))) {
      const keys = await loadKeyFiles(folder.path);
      const known = args.has("local") ? undefined : await listGatewayKeys(deps, args, folder);
      deps.terminal.result(`${folder.profile.name}:`);
      for (const row of mergeKeys(keys, known)) {
        deps.terminal.result(`  ${row.keyId}  ${row.state.padEnd(9)}  ${row.file === "" ? "no file here" : row.file}`);
        deps.terminal.json({ organisation: folder.profile.name, ...row });
      }
    }
    return exitCodes.ok;
  },
};

interface KeyRow {
  readonly keyId: string;
  readonly state: string;
  readonly file: string;
}

async function listGatewayKeys(deps: CliDeps, args: Arguments, folder: OrganisationFolder): Promise<OrganisationKey[]> {
  const { keys } = await withOrganisationGateway(deps, { args, folder }, ({ organisations }) =>
    organisations.listPublicKeys({}),
  );
  return keys;
}

function mergeKeys(here: readonly StoredKeyFile[], atGateway: readonly OrganisationKey[] | undefined): KeyRow[] {
  const stateById = new Map(atGateway?.map(({ id, state }) => [id, describeState(state)]));
  const rows = here.map(({ file, path }): KeyRow => {
    const unknown = atGateway === undefined ? "" : "not sent";
    return { keyId: file.keyId, state: stateById.get(file.keyId) ?? unknown, file: path };
  });
  const idsHere = new Set<string>(rows.map(({ keyId }) => keyId));
  const elsewhere = [...stateById].filter(([id]) => !idsHere.has(id));
  return [...rows, ...elsewhere.map(([keyId, state]): KeyRow => ({ keyId, state, file: "" }))];
}

/** The gateway's word for a key, in ours. */
export function describeState(state: KeyState): string {
  switch (state) {
    case KeyState.ACTIVE:
      return "active";
    case KeyState.IMPORTED:
      return "imported";
    case KeyState.RETIRED:
      return "retired";
    case KeyState.UNSPECIFIED:
    default:
      return "unknown";
  }
}
