/** Where a passphrase comes from: a file or a person, never an argument or the environment itself. */
import { resolve } from "node:path";
import { keyFileLimits } from "@coterie/sealed-box/key-file";
import { pathsOf } from "../premises/organisation-folder.ts";
import { fileExists, readSmallFile } from "../premises/private-files.ts";
import type { Arguments } from "../terminal/arguments.ts";
import type { CliDeps } from "../terminal/command.ts";
import { PassphraseMissingError, UsageError } from "../terminal/errors.ts";
import { askHidden } from "../terminal/prompts.ts";

/** What finding a passphrase depends on. */
export interface PassphraseSource {
  readonly args: Arguments;
  /** The organisation's folder, whose file `passphrase` is the last resort before asking. */
  readonly folder: string;
}

/**
 * The passphrase of existing keys: from `--passphrase-file`, `COTERIE_PASSPHRASE_FILE`, the organisation's file
 * `passphrase`, or asked for.
 * @throws PassphraseMissingError where there is none and nobody to ask
 */
export async function getPassphrase(deps: CliDeps, { args, folder }: PassphraseSource): Promise<string> {
  const file = await findPassphraseFile(deps, { args, folder });
  return file === undefined
    ? askHidden(deps.terminal, `Passphrase of the keys in ${folder}: `)
    : readPassphraseFile(file);
}

/**
 * The passphrase for a new key: from the same files, or asked for twice.
 * @throws UsageError where it is too short, or the two differ
 */
export async function chooseNewPassphrase(deps: CliDeps, { args, folder }: PassphraseSource): Promise<string> {
  const file = await findPassphraseFile(deps, { args, folder });
  const passphrase = file === undefined ? await askTwice(deps) : await readPassphraseFile(file);
  const { least, most } = keyFileLimits.passphraseCharacters;
  if (passphrase.length < least || passphrase.length > most) {
    throw new UsageError(`a passphrase has ${least} to ${most} characters`);
  }
  const hint = hintAtStrength(passphrase);
  if (hint !== undefined) deps.terminal.warn(hint);
  return passphrase;
}

/** A remark on a weak passphrase, or undefined. An estimate from length and variety; it knows no dictionary. */
export function hintAtStrength(passphrase: string): string | undefined {
  const distinct = new Set(passphrase).size;
  const words = passphrase
    .trim()
    .split(/[\s-]+/u)
    .filter((word) => word.length > 2).length;
  if (distinct < 6) return "This passphrase repeats few characters: it is easy to guess. Six random words are better.";
  if (words >= 5 || passphrase.length >= 20) return undefined;
  if (passphrase.length < 14) {
    return "This passphrase is short: whoever gets the key file can try billions of such. Six random words are better.";
  }
  return undefined;
}

async function findPassphraseFile(deps: CliDeps, { args, folder }: PassphraseSource): Promise<string | undefined> {
  const named = args.find("passphrase-file") ?? deps.env["COTERIE_PASSPHRASE_FILE"];
  if (named !== undefined && named !== "") return resolve(deps.workingFolder, named);
  const own = pathsOf(folder).passphrase;
  return (await fileExists(own)) ? own : undefined;
}

/** The first line, without its line end. */
async function readPassphraseFile(path: string): Promise<string> {
  const content = await readSmallFile(path, { maxBytes: 16 * 1024 });
  const [line = ""] = content.toString("utf8").split(/\r?\n/, 1);
  content.fill(0);
  if (line === "") throw new PassphraseMissingError(`${path} is empty`);
  return line;
}

async function askTwice({ terminal }: CliDeps): Promise<string> {
  const first = await askHidden(terminal, "New passphrase: ");
  const second = await askHidden(terminal, "The same again: ");
  if (first !== second) throw new UsageError("the two passphrases differ");
  return first;
}
