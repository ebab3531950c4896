/** The key files of an organisation: `keys/*.json`, each a secret key wrapped by a passphrase. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { AgreementKeyPair, Primitives } from "@coterie/primitives";
import { encodeKeyFile, type KeyFile, keyFileLimits, parseKeyFile, unlockKeyFile } from "@coterie/sealed-box/key-file";
import { pathsOf } from "../premises/organisation-folder.ts";
import { createPrivateFile, createPrivateFolder, readSmallFile } from "../premises/private-files.ts";
import { FileMalformedError, UsageError, WrongPassphraseError } from "../terminal/errors.ts";

/** A key file and where it is. */
export interface StoredKeyFile {
  /** The file's name without `.json`. */
  readonly name: string;
  readonly path: string;
  readonly file: KeyFile;
}

const namePattern = /^[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,62}[a-zA-Z0-9])?$/;

/** Writes a new key file. Throws FileExistsError where the name is taken: a key file is never overwritten. */
export async function saveKeyFile(
  folder: string,
  { name, file }: Pick<StoredKeyFile, "name" | "file">,
): Promise<string> {
  if (!namePattern.test(name)) throw new UsageError("a key's name has letters, digits, '.', '_' and '-'");
  const { keys } = pathsOf(folder);
  await createPrivateFolder(keys);
  const path = join(keys, `${name}.json`);
  await createPrivateFile(path, encodeKeyFile(file));
  return path;
}

/** All key files of an organisation, oldest first. Throws FileMalformedError on one that is not a key file. */
export async function loadKeyFiles(folder: string): Promise<StoredKeyFile[]> {
  const { keys } = pathsOf(folder);
  const names = (await readdir(keys).catch(() => [])).filter((name) => name.endsWith(".json")).sort();
  const files = await Promise.all(names.map((name) => loadKeyFile(join(keys, name), name.slice(0, -".json".length))));
  return files.sort((left, right) => (left.file.createdAt < right.file.createdAt ? -1 : 1));
}

/** The one key file that a command means: by name or key id, or the only one. */
export async function getKeyFile(folder: string, wanted: string | undefined): Promise<StoredKeyFile> {
  const all = await loadKeyFiles(folder);
  const meant = wanted === undefined ? all : all.filter(({ name, file }) => name === wanted || file.keyId === wanted);
  const [key, ...others] = meant;
  if (key === undefined) throw new UsageError("no such key here (see `coterie keys list`)");
  if (others.length > 0) throw new UsageError("which key? Use --key with a name of `coterie keys list`");
  return key;
}

/** The key pair in a key file; the caller destroys it. Throws WrongPassphraseError. */
export function unlockKey(
  deps: { readonly primitives: Primitives },
  { key, passphrase }: { readonly key: StoredKeyFile; readonly passphrase: string },
): AgreementKeyPair {
  try {
    return unlockKeyFile(deps, { file: key.file, passphrase });
  } catch (error) {
    throw translateUnlocking(error, key);
  }
}

/**
 * Every key pair that the passphrase opens; the caller destroys them. Keys under other passphrases stay closed and are
 * named.
 * @throws WrongPassphraseError where it opens none
 */
export function unlockKeys(
  deps: { readonly primitives: Primitives },
  { keys, passphrase }: { readonly keys: readonly StoredKeyFile[]; readonly passphrase: string },
): { readonly opened: readonly AgreementKeyPair[]; readonly closed: readonly string[] } {
  const opened: AgreementKeyPair[] = [];
  const closed: string[] = [];
  for (const key of keys) {
    try {
      opened.push(unlockKey(deps, { key, passphrase }));
    } catch (error) {
      if (!(error instanceof WrongPassphraseError)) throw error;
      closed.push(key.name);
    }
  }
  if (opened.length === 0) throw new WrongPassphraseError("the passphrase opens no key file, or they were changed");
  return { opened, closed };
}

async function loadKeyFile(path: string, name: string): Promise<StoredKeyFile> {
  // UTF-8: a character has at most four bytes.
  const text = (await readSmallFile(path, { maxBytes: keyFileLimits.fileCharacters * 4 })).toString("utf8");
  try {
    return { name, path, file: parseKeyFile(text) };
  } catch (error) {
    throw translateUnlocking(error, { path });
  }
}

function translateUnlocking(error: unknown, { path }: { readonly path: string }): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "sealed-box/key-file-not-opened":
    // Too short to be the passphrase of any key file.
    case "sealed-box/key-file-passphrase":
      return new WrongPassphraseError(`the passphrase does not open ${path}, or the file was changed`);
    case "sealed-box/key-file-malformed":
    case "sealed-box/key-file-parameters":
      return new FileMalformedError(`${path} is not an organisation key file`);
    default:
      return error;
  }
}
