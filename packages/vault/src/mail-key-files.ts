/**
 * Mail keys in files, one a key (docs/protocol/vault.md §6). For a folder outside of the database, its backups and anything
 * that is synchronised or snapshotted: what a copy holds, destroying does not reach.
 */
import {
  decodeHex,
  encodeFields,
  encodeHex,
  equalBytes,
  FieldReader,
  MalformedBytesError,
  SecretKey,
} from "@coterie/bytes";
import { type RandomSource, randomBytes } from "@coterie/primitives";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { MailKeyFileError } from "./errors.ts";
import { fieldLabels } from "./labels.ts";
import { type MailKeyId, parseMailKeyId } from "./mail/mail-key.ts";
import type { MailKeyEntry, MailKeyStore, StoredMailKey } from "./mail/mail-key-store.ts";
import { eraseFile, isMissing, makePrivateFolder, requirePrivate, writePrivateFile } from "./node/private-files.ts";

const namePattern = /^(\d{16})-([0-9a-f]{32})\.key$/;
const unfinishedPattern = /^(\d{16})-[0-9a-f]{32}\.[0-9a-f]{16}\.unfinished$/;

/** A file that was being written when its process was killed is erased once a key this much younger is saved. */
const abandonedAfterMs = 3_600_000;

/**
 * A store of one file of mode 0600 for each key in `folder` (made with mode 0700), written and synchronised completely or not at
 * all. Destroying overwrites the file, synchronises, removes it and synchronises the folder. That makes the key unreadable on file
 * systems that write in place; on copy-on-write ones (Btrfs, ZFS, APFS), on flash memory, and in snapshots and backups old blocks
 * may stay for a while: keep the folder on an encrypted volume of its own, or in memory (tmpfs).
 * @throws MailKeyFileError where folder or files are open to other users, or a file is damaged
 */
export function createMailKeyFiles({ random }: { readonly random: RandomSource }, folder: string): MailKeyStore {
  const nameOf = ({ keyId, createdAtMs }: MailKeyEntry): string => `${timeText(createdAtMs)}-${keyId}.key`;
  const entries = async (): Promise<readonly MailKeyEntry[]> => {
    const names = await namesIn(folder);
    if (names.length > 0) await requirePrivate(folder);
    return names.flatMap((name) => entryOf(name) ?? []);
  };
  // Names alone, which are public; what is in a file is read anew each time, so that a destroyed key is gone at once.
  const entryById = new Map<MailKeyId, MailKeyEntry>();
  const findEntry = async (keyId: MailKeyId): Promise<MailKeyEntry | undefined> =>
    (await entries()).find((entry) => entry.keyId === keyId);
  return {
    list: entries,
    find: async (keyId) => {
      const entry = entryById.get(keyId) ?? (await findEntry(keyId));
      if (entry === undefined) return undefined;
      const key = await readKey(join(folder, nameOf(entry)), entry);
      if (key === undefined) entryById.delete(keyId);
      else entryById.set(keyId, entry);
      return key;
    },
    save: async (key) => {
      await makePrivateFolder(folder);
      if ((await findEntry(key.keyId)) !== undefined) return;
      const unfinished = `${timeText(key.createdAtMs)}-${key.keyId}.${encodeHex(randomBytes(random, 8))}.unfinished`;
      const content = encodeKey(key);
      try {
        await writePrivateFile({ folder, name: nameOf(key), unfinished, content });
      } finally {
        content.fill(0);
      }
      await eraseAbandoned(folder, key.createdAtMs);
    },
    destroy: async (keyId) => {
      const entry = await findEntry(keyId);
      if (entry !== undefined) await eraseFile(folder, nameOf(entry));
    },
  };
}

function encodeKey({ keyId, createdAtMs, secretKey }: StoredMailKey): Uint8Array {
  return encodeFields(fieldLabels.mailKeyFile, decodeHex(keyId), createdAtMs, secretKey.exposeSecretBytes());
}

async function readKey(file: string, entry: MailKeyEntry): Promise<StoredMailKey | undefined> {
  const content = await readPrivateFile(file);
  if (content === undefined) return undefined;
  try {
    return decodeKey(content, entry);
  } catch (error) {
    // An erased file that could not be removed is all zeros: destroyed, not damaged.
    if (content.every((byte) => byte === 0)) return undefined;
    throw error instanceof MalformedBytesError ? new MailKeyFileError("a file of a mail key is damaged") : error;
  } finally {
    content.fill(0);
  }
}

async function readPrivateFile(file: string): Promise<Uint8Array | undefined> {
  try {
    await requirePrivate(file);
    return await readBytes(file);
  } catch (error) {
    // Destroyed by another process between listing and reading.
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A key's file has less; what is cut off does not decode. */
const fileBytes = 256;

/** Into an array of our own, which is wiped: `readFile` would leave a second one. */
async function readBytes(file: string): Promise<Uint8Array> {
  const handle = await open(file, "r");
  try {
    const content = new Uint8Array(fileBytes);
    const { bytesRead } = await handle.read(content, 0, fileBytes, 0);
    return content.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function decodeKey(content: Uint8Array, { keyId, createdAtMs }: MailKeyEntry): StoredMailKey {
  const reader = new FieldReader(content);
  const label = reader.text(64);
  const id = reader.bytes(16);
  const time = reader.number();
  const secret = reader.bytes(32);
  reader.end();
  const isOurs = label === fieldLabels.mailKeyFile && equalBytes(id, decodeHex(keyId)) && time === createdAtMs;
  if (!isOurs || secret.length !== 32) {
    secret.fill(0);
    throw new MailKeyFileError("a file of a mail key is damaged, or has another one's name");
  }
  return { keyId, createdAtMs, secretKey: SecretKey.own("x25519", secret) };
}

async function eraseAbandoned(folder: string, savedAtMs: number): Promise<void> {
  for (const name of await namesIn(folder)) {
    const begunAtMs = Number(unfinishedPattern.exec(name)?.[1] ?? Number.POSITIVE_INFINITY);
    if (begunAtMs + abandonedAfterMs <= savedAtMs) await eraseFile(folder, name);
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function entryOf(name: string): MailKeyEntry | undefined {
  const [, time, keyId] = namePattern.exec(name) ?? [];
  return time === undefined || keyId === undefined
    ? undefined
    : { keyId: parseMailKeyId(keyId), createdAtMs: Number(time) };
}

function timeText(ms: number): string {
  return String(ms).padStart(16, "0");
}
