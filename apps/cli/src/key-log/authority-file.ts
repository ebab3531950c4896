/** The key authority's file of an organisation: what signs its key log. */
import type { KeyLogSigner } from "@coterie/key-log";
import type { Primitives, SigningKeyPair } from "@coterie/primitives";
import {
  createKeyAuthorityFile,
  encodeKeyAuthorityFile,
  keyFileLimits,
  parseKeyAuthorityFile,
  unlockKeyAuthorityFile,
} from "@coterie/sealed-box/key-file";
import { resolve } from "node:path";
import { getPassphrase } from "../keys/passphrases.ts";
import { type OrganisationFolder, pathsOf } from "../premises/organisation-folder.ts";
import { createPrivateFile, fileExists, readSmallFile } from "../premises/private-files.ts";
import type { Arguments, OptionSpecs } from "../terminal/arguments.ts";
import type { CliDeps } from "../terminal/command.ts";
import { FileMalformedError, UsageError, WrongPassphraseError } from "../terminal/errors.ts";

/** Where the authority's file is kept. */
export const authorityFileOption: OptionSpecs = {
  "authority-file": {
    type: "string",
    value: "FILE",
    help: "the key authority's file, where it is kept elsewhere (default: key-authority.json in the organisation's folder)",
  },
};

/** The options of commands that sign. */
export const authorityOptions: OptionSpecs = {
  ...authorityFileOption,
  "authority-passphrase-file": {
    type: "string",
    value: "FILE",
    help: "file with the key authority's passphrase, where it is another one than the keys' passphrase",
  },
};

/** Where the authority's file is. */
export function authorityPathOf(
  deps: Pick<CliDeps, "workingFolder">,
  { args, folder }: { readonly args: Arguments; readonly folder: OrganisationFolder },
): string {
  const named = args.find("authority-file");
  return named === undefined ? pathsOf(folder.path).keyAuthority : resolve(deps.workingFolder, named);
}

/** Writes a new authority's file. Throws FileExistsError where there is one: it is never overwritten. */
export async function saveAuthority(
  deps: Pick<CliDeps, "primitives" | "random" | "now">,
  input: { readonly path: string; readonly keyPair: SigningKeyPair; readonly passphrase: string },
): Promise<void> {
  const { path, keyPair, passphrase } = input;
  const file = createKeyAuthorityFile(deps, { keyPair, passphrase, comment: "key authority" });
  await createPrivateFile(path, encodeKeyAuthorityFile(file));
}

/** Runs `use` with the organisation's key authority, then destroys its key. Throws WrongPassphraseError. */
export async function withAuthority<Result>(
  deps: CliDeps,
  { args, folder }: { readonly args: Arguments; readonly folder: OrganisationFolder },
  use: (signer: KeyLogSigner) => Promise<Result>,
): Promise<Result> {
  const path = authorityPathOf(deps, { args, folder });
  if (!(await fileExists(path)))
    throw new UsageError(`no key authority at ${path}: make one with \`coterie keys authority\``);
  const passphrase = await passphraseOf(deps, { args, folder, option: "authority-passphrase-file" });
  return await withSigner(deps, { path, passphrase }, use);
}

/** Runs `use` with the authority that the log is handed over to, then destroys its key. Throws WrongPassphraseError. */
export async function withNewAuthority<Result>(
  deps: CliDeps,
  { args, folder }: { readonly args: Arguments; readonly folder: OrganisationFolder },
  use: (signer: KeyLogSigner) => Promise<Result>,
): Promise<Result> {
  const path = resolve(deps.workingFolder, args.get("to"));
  if (!(await fileExists(path)))
    throw new UsageError(
      `no key authority at ${path}: make it with \`coterie keys authority --authority-file ${path}\``,
    );
  const passphrase = await passphraseOf(deps, { args, folder, option: "to-passphrase-file" });
  return await withSigner(deps, { path, passphrase }, use);
}

async function withSigner<Result>(
  deps: CliDeps,
  file: { readonly path: string; readonly passphrase: string },
  use: (signer: KeyLogSigner) => Promise<Result>,
): Promise<Result> {
  const { publicKey, secretKey } = await unlockAuthority(deps, file);
  try {
    return await use({ publicKey, sign: (message) => deps.primitives.sign(secretKey, message) });
  } finally {
    secretKey.destroy();
  }
}

async function passphraseOf(
  deps: CliDeps,
  { args, folder, option }: { readonly args: Arguments; readonly folder: OrganisationFolder; readonly option: string },
): Promise<string> {
  const own = args.find(option);
  if (own === undefined) return await getPassphrase(deps, { args, folder: folder.path });
  const content = await readSmallFile(resolve(deps.workingFolder, own), { maxBytes: 16 * 1024 });
  const [line = ""] = content.toString("utf8").split(/\r?\n/, 1);
  content.fill(0);
  return line;
}

async function unlockAuthority(
  deps: { readonly primitives: Primitives },
  { path, passphrase }: { readonly path: string; readonly passphrase: string },
): Promise<SigningKeyPair> {
  const text = (await readSmallFile(path, { maxBytes: keyFileLimits.fileCharacters * 4 })).toString("utf8");
  try {
    return unlockKeyAuthorityFile(deps, { file: parseKeyAuthorityFile(text), passphrase });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "sealed-box/key-file-not-opened" || code === "sealed-box/key-file-passphrase")
      throw new WrongPassphraseError(`the passphrase does not open ${path}, or the file was changed`);
    if (code === "sealed-box/key-file-malformed" || code === "sealed-box/key-file-parameters")
      throw new FileMalformedError(`${path} is not the file of a key authority`);
    throw error;
  }
}
