/** The target that `--to` names. */
import { resolve } from "node:path";
import { encodeBase64Url } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import { parseWebhookSigningKey, type WebhookSigningKey } from "@coterie/webhook";
import type { OrganisationFolder } from "../premises/organisation-folder.ts";
import { createPrivateFile, fileExists } from "../premises/private-files.ts";
import { patienceMsOf } from "../gateway/organisation-gateway.ts";
import type { Arguments, OptionSpecs } from "../terminal/arguments.ts";
import type { CliDeps } from "../terminal/command.ts";
import { FileMalformedError, UsageError } from "../terminal/errors.ts";
import { csvTarget } from "./csv-target.ts";
import { httpTarget } from "./http-target.ts";
import { postgresTarget } from "./postgres-target.ts";
import { readSecretFile, readSecretVariable } from "./secret-text.ts";
import type { NamedTarget } from "./sync-target.ts";

/** The options that name a target. */
export const targetOptions: OptionSpecs = {
  to: {
    type: "string",
    value: "TARGET",
    help: "csv-folder=FOLDER, postgres=FILE or postgres=env:NAME (a file of mode 0600, or a variable, with the database's address), or http=ADDRESS",
  },
  by: { type: "string", value: "GROUP", help: "csv-folder: a file for each day (default) or campaign" },
  table: {
    type: "string",
    value: "NAME",
    help: "postgres: the table, made where it is missing (default coterie_contacts)",
  },
  "key-file": {
    type: "string",
    value: "FILE",
    help: "http: the key that signs (whsec_… or whsk_…), made where the file is missing",
  },
};

/** Reads the options. Throws UsageError; secrets are read when the target is opened, the database's address at once. */
export async function namedTarget(
  deps: CliDeps,
  { args, folder }: { readonly args: Arguments; readonly folder: OrganisationFolder },
): Promise<NamedTarget> {
  const text = args.get("to");
  const at = text.indexOf("=");
  const [kind, value] = at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
  if (value === "") throw new UsageError("--to is csv-folder=…, postgres=… or http=…");
  const { organisationId } = folder.profile;
  switch (kind) {
    case "csv-folder": {
      const by = args.findChoice("by", ["day", "campaign"]) ?? "day";
      return csvTarget({ folder: resolve(deps.workingFolder, value), by });
    }
    case "postgres": {
      const url = await databaseAddress(deps, value);
      return await postgresTarget({ url, table: args.find("table") ?? "coterie_contacts", organisationId });
    }
    case "http": {
      const loadKey = async (): Promise<WebhookSigningKey> => await loadSigningKey(deps, args);
      return httpTarget(deps, { url: value, organisationId, patienceMs: patienceMsOf(args), loadKey });
    }
    default:
      throw new UsageError("--to is csv-folder=…, postgres=… or http=…");
  }
}

async function databaseAddress(deps: CliDeps, value: string): Promise<string> {
  if (value.includes("://")) {
    throw new UsageError("the database's address holds a password: name a file or a variable that holds it instead");
  }
  const variable = /^env:([A-Za-z_][A-Za-z0-9_]{0,99})$/.exec(value)?.[1];
  if (variable !== undefined) return readSecretVariable(deps.env, variable);
  return await readSecretFile(resolve(deps.workingFolder, value));
}

/** The key of `--key-file`; a fresh shared secret where there is no such file yet. */
async function loadSigningKey(deps: CliDeps, args: Arguments): Promise<WebhookSigningKey> {
  const path = resolve(deps.workingFolder, args.get("key-file"));
  if (!(await fileExists(path))) {
    const secret = randomBytes(deps.random, 32);
    // Standard base64: 32 bytes end in one "=".
    const base64 = `${encodeBase64Url(secret).replaceAll("-", "+").replaceAll("_", "/")}=`;
    await createPrivateFile(path, `whsec_${base64}\n`);
    secret.fill(0);
    deps.terminal.warn(`A new shared secret is in ${path}: the receiver needs it to verify what is posted.`);
  }
  const text = await readSecretFile(path);
  try {
    return parseWebhookSigningKey(deps, text);
  } catch {
    throw new FileMalformedError(`${path} is no key of the form whsec_… or whsk_…`);
  }
}
