/** The store key: 32 random bytes that stay on these premises and stamp what was verified here (contacts/line-stamps.ts). */
import { type Bytes, decodeBase64Url, encodeBase64Url, MalformedTextError } from "@coterie/bytes";
import { type RandomSource, randomBytes } from "@coterie/primitives";
import { FileExistsError, FileMalformedError } from "../terminal/errors.ts";
import { pathsOf } from "./organisation-folder.ts";
import { createPrivateFile, fileExists, readSmallFile } from "./private-files.ts";

const storeKeyLengthBytes = 32;

/**
 * The store key of an organisation's folder, or undefined where none was made. The caller wipes it.
 * @throws FileMalformedError where the file holds something else
 */
export async function findStoreKey(folder: string): Promise<Bytes | undefined> {
  const path = pathsOf(folder).storeKey;
  if (!(await fileExists(path))) return undefined;
  const text = (await readSmallFile(path, { maxBytes: 1024 })).toString("utf8").trim();
  const key = decodeOrUndefined(text);
  if (key?.length === storeKeyLengthBytes) return key;
  throw new FileMalformedError(`${path} is damaged: take it away, and everything is verified anew`);
}

/** The store key, made where there is none. The caller wipes it. */
export async function getStoreKey({ random }: { readonly random: RandomSource }, folder: string): Promise<Bytes> {
  const found = await findStoreKey(folder);
  if (found !== undefined) return found;
  const key = randomBytes(random, storeKeyLengthBytes);
  try {
    await createPrivateFile(pathsOf(folder).storeKey, `${encodeBase64Url(key)}\n`);
    return key;
  } catch (error) {
    if (!(error instanceof FileExistsError)) throw error;
    // Another process just made one.
    key.fill(0);
    return getStoreKey({ random }, folder);
  }
}

function decodeOrUndefined(text: string): Bytes | undefined {
  try {
    return decodeBase64Url(text);
  } catch (error) {
    if (error instanceof MalformedTextError) return undefined;
    throw error;
  }
}
