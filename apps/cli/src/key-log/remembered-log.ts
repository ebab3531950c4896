/**
 * What the premises keep of the organisation's key log: the last entry that was seen, so that a gateway cannot shorten or
 * swap the log; and entries that were signed but are not known to have arrived, so that nothing else is ever signed in their place.
 */
import { type Bytes, encodeFields, FieldReader, MalformedBytesError } from "@coterie/bytes";
import { decodeRememberedHead, encodeRememberedHead, keyLogLimits, type RememberedHead } from "@coterie/key-log";
import type { Primitives } from "@coterie/primitives";
import { rm } from "node:fs/promises";
import { type OrganisationFolder, pathsOf } from "../premises/organisation-folder.ts";
import { fileExists, readSmallFile, replacePrivateFile } from "../premises/private-files.ts";
import { FileMalformedError } from "../terminal/errors.ts";

const maxHeadBytes = 1024;
const maxPendingEntries = 8;

/** The head that was remembered, or undefined on premises that never saw the log. Throws FileMalformedError. */
export async function loadHead(
  deps: Pick<Primitives, "sha256">,
  { path }: OrganisationFolder,
): Promise<RememberedHead | undefined> {
  const file = pathsOf(path).keyLogHead;
  if (!(await fileExists(file))) return undefined;
  const bytes = await readSmallFile(file, { maxBytes: maxHeadBytes });
  try {
    return decodeRememberedHead(deps, bytes);
  } catch {
    // Going on without it would be going on without memory.
    throw new FileMalformedError(`${file} is damaged: restore it from a copy of this folder`);
  }
}

/** Replaces the head. */
export async function saveHead({ path }: OrganisationFolder, head: RememberedHead): Promise<void> {
  await replacePrivateFile(pathsOf(path).keyLogHead, encodeRememberedHead(head));
}

/** Entries that were signed and may or may not be published; none where there is nothing to finish. */
export async function loadPending({ path }: OrganisationFolder): Promise<readonly Bytes[]> {
  const file = pathsOf(path).keyLogPending;
  if (!(await fileExists(file))) return [];
  const bytes = await readSmallFile(file, { maxBytes: maxPendingEntries * (keyLogLimits.entryLengthBytes + 4) });
  try {
    const reader = new FieldReader(bytes);
    const count = reader.number();
    const entries = Array.from({ length: Math.min(count, maxPendingEntries) }, () => reader.bytes());
    reader.end();
    return entries;
  } catch (error) {
    if (error instanceof MalformedBytesError) throw new FileMalformedError(`${file} is damaged`);
    throw error;
  }
}

/** Keeps entries before they are sent. */
export async function savePending({ path }: OrganisationFolder, entries: readonly Bytes[]): Promise<void> {
  await replacePrivateFile(pathsOf(path).keyLogPending, encodeFields(entries.length, ...entries));
}

/** The entries arrived, or lost against others. */
export async function forgetPending({ path }: OrganisationFolder): Promise<void> {
  await rm(pathsOf(path).keyLogPending, { force: true });
}
