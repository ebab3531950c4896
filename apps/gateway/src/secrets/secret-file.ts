/** One secret in one file that only its user reads: written completely or not at all. */
import { randomUUID } from "node:crypto";
import { chmod, link, mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { SecretFileError } from "../errors.ts";

/**
 * The text of `file`; on first use what `create` gives, written and synchronised to disk before it is returned.
 * @throws SecretFileError where others may read the file
 */
export async function loadOrCreateSecretFile(file: string, create: () => string): Promise<string> {
  await makePrivateFolder(dirname(file));
  const existing = await loadSecretFile(file);
  if (existing !== undefined) return existing;
  const unfinished = `${file}.${randomUUID()}`;
  try {
    await writeDurably(unfinished, create());
    // A link, unlike a rename, never replaces: of two processes that start at once, the second uses what the first made.
    await link(unfinished, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    await synchronise(dirname(file));
  } finally {
    await rm(unfinished, { force: true });
  }
  const created = await loadSecretFile(file);
  if (created === undefined) throw new SecretFileError("a secret file vanished while it was made");
  return created;
}

/** Makes `folder`, or makes it private where it exists. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
}

async function loadSecretFile(file: string): Promise<string | undefined> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) return undefined;
  if (process.platform !== "win32" && (found.mode & 0o077) !== 0) {
    throw new SecretFileError("a file in the secrets folder is open to other users: make it mode 0600");
  }
  return (await readFile(file, "utf8")).trim();
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(`${text}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function synchronise(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
