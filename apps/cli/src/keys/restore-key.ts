/** `coterie keys restore`: a key file from the 24 words on paper, or from a secret key as text. */
import { resolve } from "node:path";
import { decodeTextForm } from "@coterie/bytes";
import type { AgreementKeyPair, Primitives } from "@coterie/primitives";
import { keyFromWords } from "@coterie/sealed-box/key-file";
import { deriveKeyId } from "@coterie/sealed-box/seal";
import { getOrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { readSmallFile } from "../premises/private-files.ts";
import { type Arguments, commonOptions, passphraseOptions } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { KeyMistypedError } from "../terminal/errors.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { askHidden } from "../terminal/prompts.ts";
import { saveKeyFile } from "./key-files.ts";
import { defaultKeyName, describeKeyFile, wrapKey } from "./new-key.ts";
import { chooseNewPassphrase } from "./passphrases.ts";

/** Restores a key. */
export const restoreKeyCommand: Command = {
  name: "keys restore",
  summary: "make a key file from the words on paper",
  help: [
    "Asks for the 24 words (or a secret key, csec1…), or reads them from a file, checks them, and writes a key file under a new passphrase. Give --expect with the key id on the sheet: then every copying error is found, not only most.",
  ],
  options: {
    "words-file": { type: "string", value: "FILE", help: "file with the words or the secret key (default: asked)" },
    expect: { type: "string", value: "KEYID", help: "the key id on the sheet, ckey1…" },
    name: { type: "string", value: "NAME", help: "name of the key file (default: today's date)" },
    comment: { type: "string", value: "TEXT", help: "a remark in the file, in clear" },
    ...passphraseOptions,
    ...commonOptions,
  },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const keyPair = parseSecret(deps, await readSecret(deps, args));
    try {
      const expected = args.find("expect");
      if (expected !== undefined && deriveKeyId(deps.primitives, keyPair.publicKey) !== expected.trim().toLowerCase()) {
        throw new KeyMistypedError(
          "this is a key, but not the expected one: a word is copied wrongly, or it is another sheet",
        );
      }
      const passphrase = await chooseNewPassphrase(deps, { args, folder: folder.path });
      const name = args.find("name") ?? defaultKeyName(deps.now());
      const file = wrapKey(deps, { keyPair, passphrase, comment: args.find("comment") ?? "" });
      const path = await saveKeyFile(folder.path, { name, file });
      deps.terminal.result(`${file.keyId}  ${path}`);
      deps.terminal.json(describeKeyFile({ name, path, file }, keyPair.publicKey));
      return exitCodes.ok;
    } finally {
      keyPair.secretKey.destroy();
    }
  },
};

async function readSecret(deps: CliDeps, args: Arguments): Promise<string> {
  const file = args.find("words-file");
  if (file === undefined) return askHidden(deps.terminal, "The 24 words, separated by spaces: ");
  return (await readSmallFile(resolve(deps.workingFolder, file), { maxBytes: 16 * 1024 })).toString("utf8");
}

/** The key pair behind words or `csec1…`. Throws KeyMistypedError. */
function parseSecret(deps: { readonly primitives: Primitives }, text: string): AgreementKeyPair {
  try {
    if (!/^\s*csec1/i.test(text)) return keyFromWords(deps, { words: text.replace(/\b\d{1,2}\b[.)]?/g, " ") });
    const secret = decodeTextForm("csec", text, { lengthBytes: 32 });
    try {
      return deps.primitives.deriveAgreementKeyPair(secret);
    } finally {
      secret.fill(0);
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "sealed-box/key-words-malformed" || code === "bytes/malformed-text") {
      throw new KeyMistypedError("this is no key: a word is missing, mistyped or in another place");
    }
    throw error;
  }
}
