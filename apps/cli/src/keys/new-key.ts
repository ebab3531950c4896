/** `coterie keys new`: a key pair is made here, and its secret half leaves this machine only on paper. */
import { encodeTextForm } from "@coterie/bytes";
import { type AgreementKeyPair, generateAgreementKeyPair } from "@coterie/primitives";
import { createKeyFile, type KeyFile } from "@coterie/sealed-box/key-file";
import { getOrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { commonOptions, passphraseOptions } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { UsageError } from "../terminal/errors.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { saveKeyFile } from "./key-files.ts";
import { chooseNewPassphrase } from "./passphrases.ts";

/** Makes a key pair and its file. */
export const newKeyCommand: Command = {
  name: "keys new",
  summary: "make a key pair and its key file",
  help: [
    "Makes an X25519 key pair and writes it to keys/NAME.json in the organisation's folder, wrapped by a passphrase that is asked twice. An existing file is never overwritten. Print the words next (`coterie keys print`) and keep them apart: whoever loses passphrase and words loses every contact sealed to this key.",
    "The gateway seals to the key after `coterie keys activate`.",
  ],
  options: {
    name: { type: "string", value: "NAME", help: "name of the key file (default: today's date)" },
    comment: { type: "string", value: "TEXT", help: "a remark in the file, in clear" },
    ...passphraseOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const name = args.find("name") ?? defaultKeyName(deps.now());
    const passphrase = await chooseNewPassphrase(deps, { args, folder: folder.path });
    const keyPair = generateAgreementKeyPair(deps.primitives, deps.random);
    try {
      const file = wrapKey(deps, { keyPair, passphrase, comment: args.find("comment") ?? "" });
      const path = await saveKeyFile(folder.path, { name, file });
      deps.terminal.result(`${file.keyId}  ${path}`);
      deps.terminal.json(describeKeyFile({ name, path, file }, keyPair.publicKey));
      deps.terminal.note("Next: `coterie keys print` for paper, `coterie keys activate` for the gateway.");
      return exitCodes.ok;
    } finally {
      keyPair.secretKey.destroy();
    }
  },
};

/** A key file for a key pair. */
export function wrapKey(
  deps: Pick<CliDeps, "primitives" | "random" | "now">,
  input: { readonly keyPair: AgreementKeyPair; readonly passphrase: string; readonly comment: string },
): KeyFile {
  try {
    return createKeyFile(deps, input);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "sealed-box/key-file-malformed")
      throw new UsageError("a comment is one line of at most 200 characters");
    throw error;
  }
}

/** The name of a key that was given none: the day it was made. */
export function defaultKeyName(nowMs: number): string {
  return `key-${new Date(nowMs).toISOString().slice(0, 10)}`;
}

/** What scripts are told about a key: nothing secret. */
export function describeKeyFile(
  { name, path, file }: { readonly name: string; readonly path: string; readonly file: KeyFile },
  publicKey: Uint8Array,
): Readonly<Record<string, string>> {
  const { keyId, createdAt, comment } = file;
  return { name, keyId, publicKey: encodeTextForm("cpub", publicKey), createdAt, comment, file: path };
}
