/**
 * The local store of sealed contacts: append-only, whole batches only, each contact once. What `append` has returned for
 * survives kill -9 and power cuts; that is when the gateway may be told that it arrived.
 */
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { Contact, DeliveryEvent } from "@coterie/protocol";
import { type FolderLock, lockFolder } from "../premises/folder-lock.ts";
import { createPrivateFolder, flushFolder } from "../premises/private-files.ts";
import { GatewayMisbehavedError } from "../terminal/errors.ts";
import { ContactIndex, createIndexRecord, indexRecordBytes } from "./contact-index.ts";
import type { LineVerifier } from "./line-verifier.ts";
import { encodeMark, type StoreMark } from "./store-mark.ts";
import { dropErased, type DropOutcome } from "./drop-erased.ts";
import { appendEvents } from "./store-events.ts";
import { readIndexRecords } from "./store-reader.ts";
import { repairStore, segmentPath, type StorePlace } from "./store-segments.ts";
import { encodeStoredContact } from "./stored-contact.ts";

/** A segment is left for the next one when it is larger than this. */
export const segmentTargetBytes: number = 64 * 1024 * 1024;

/** Further custom fields share one column: whoever fills in forms must not decide how wide a table gets. */
const maxCustomFields = 64;

/** Far more than any contact within the protocol's limits; readers take whole lines at once. */
const maxLineCharacters = 48 * 1024;

/** What became of a batch. */
export interface AppendOutcome {
  readonly stored: number;
  /** Delivered before; nothing was written for them. */
  readonly repeated: number;
  /** Same name, other content: kept in `conflicts.jsonl`, not among the contacts. */
  readonly conflicts: number;
}

/** An open store; one process at a time. */
export class ContactStore {
  readonly folder: string;
  readonly #lock: FolderLock;
  readonly #index: ContactIndex;
  readonly #indexFile: FileHandle;
  readonly #verifier: Pick<LineVerifier, "verify"> | undefined;
  #segment: FileHandle;
  #mark: StoreMark;
  #place: StorePlace;

  private constructor(folder: string, state: StoreState) {
    this.folder = folder;
    this.#lock = state.lock;
    this.#index = state.index;
    this.#indexFile = state.indexFile;
    this.#verifier = state.verifier;
    this.#segment = state.segment;
    this.#mark = state.mark;
    this.#place = state.place;
  }

  /**
   * Opens the store in `folder`, making or repairing it. `verifier` verifies what is appended, so that opening need not.
   * @throws BusyError where another process has it open
   */
  static async open(folder: string, verifier?: Pick<LineVerifier, "verify">): Promise<ContactStore> {
    await createPrivateFolder(folder);
    const lock = await lockFolder(folder);
    try {
      const { mark, place } = await repairStore(folder);
      const { index, indexFile } = await openIndex(folder, mark.contacts);
      const segment = await openForAppend(segmentPath(folder, place.segment));
      await flushFolder(folder);
      return new ContactStore(folder, { lock, index, indexFile, segment, mark, place, verifier });
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** What the last mark says: the cursor of the next pull, and counts. */
  get mark(): StoreMark {
    return this.#mark;
  }

  /** Appends a batch and remembers where the next pull starts. Returns when everything is on the disk. */
  async append(contacts: readonly Contact[], nextCursor: string): Promise<AppendOutcome> {
    if (this.#place.offset > segmentTargetBytes) await this.#startSegment();
    const batch = this.#selectNew(contacts);
    const lines = await (this.#verifier?.verify(batch.lines) ?? Buffer.from(batch.lines.join(""), "utf8"));
    const mark = createNextMark(this.#mark, { batch, nextCursor });
    if (batch.conflictLines.length > 0)
      await appendDurably(join(this.folder, "conflicts.jsonl"), batch.conflictLines.join(""));
    if (batch.records.length > 0) {
      // The index may be ahead of the segment after a crash, never behind: ahead is cut off, behind must be rebuilt.
      await writeAt(this.#indexFile, Buffer.concat(batch.records), this.#mark.contacts * indexRecordBytes);
      await this.#indexFile.datasync();
    }
    const bytes = Buffer.concat([lines, Buffer.from(encodeMark(mark, lines), "utf8")]);
    await writeAt(this.#segment, bytes, this.#place.offset);
    await this.#segment.datasync();
    this.#mark = mark;
    this.#place = { segment: this.#place.segment, offset: this.#place.offset + bytes.length };
    return {
      stored: batch.records.length,
      repeated: contacts.length - batch.records.length - batch.conflictLines.length,
      conflicts: batch.conflictLines.length,
    };
  }

  /** Remembers what happened to contacts. Call it before the batch that moves the cursor past these events is appended. */
  async appendEvents(events: readonly DeliveryEvent[]): Promise<void> {
    await appendEvents(this.folder, events);
  }

  /** Lists and drops contacts whose persons were erased. `organisationFolder` is where other programs find the list. */
  async dropErased({
    organisationFolder,
    evenMany,
  }: {
    readonly organisationFolder: string;
    readonly evenMany: boolean;
  }): Promise<DropOutcome> {
    const end = { mark: this.#mark, place: this.#place };
    await this.#segment.close();
    try {
      return await dropErased({ organisationFolder, storeFolder: this.folder, end, evenMany });
    } finally {
      // The segment may be another file by now, of the same length.
      this.#segment = await openForAppend(segmentPath(this.folder, this.#place.segment));
    }
  }

  /** Closes the files and gives the store free. */
  async close(): Promise<void> {
    await this.#segment.close();
    await this.#indexFile.close();
    await this.#lock.release();
  }

  #selectNew(contacts: readonly Contact[]): Batch {
    const batch: Batch = { lines: [], records: [], conflictLines: [], customFields: new Set(), formSchemas: new Set() };
    for (const contact of contacts) {
      const record = createIndexRecord(contact);
      const known = this.#index.find(record);
      if (known === "same") continue;
      const line = `${encodeStoredContact(contact)}\n`;
      if (line.length > maxLineCharacters)
        throw new GatewayMisbehavedError("the gateway sent a contact above the limits");
      if (known === "other") {
        batch.conflictLines.push(line);
        continue;
      }
      this.#index.add(record);
      batch.lines.push(line);
      batch.records.push(record);
      batch.formSchemas.add(contact.formSchema);
      for (const name of Object.keys(contact.customFields)) batch.customFields.add(name);
    }
    return batch;
  }

  async #startSegment(): Promise<void> {
    await this.#segment.close();
    const segment = this.#place.segment + 1;
    this.#segment = await openForAppend(segmentPath(this.folder, segment));
    const bytes = Buffer.from(encodeMark(this.#mark, new Uint8Array(0)), "utf8");
    await writeAt(this.#segment, bytes, 0);
    await this.#segment.datasync();
    await flushFolder(this.folder);
    this.#place = { segment, offset: bytes.length };
  }
}

interface StoreState {
  readonly lock: FolderLock;
  readonly index: ContactIndex;
  readonly indexFile: FileHandle;
  readonly segment: FileHandle;
  readonly mark: StoreMark;
  readonly place: StorePlace;
  readonly verifier: Pick<LineVerifier, "verify"> | undefined;
}

interface Batch {
  readonly lines: string[];
  readonly records: Buffer[];
  readonly conflictLines: string[];
  readonly customFields: Set<string>;
  readonly formSchemas: Set<string>;
}

function createNextMark(
  last: StoreMark,
  { batch, nextCursor }: { readonly batch: Batch; readonly nextCursor: string },
): StoreMark {
  return {
    cursor: nextCursor,
    contacts: last.contacts + batch.records.length,
    conflicts: last.conflicts + batch.conflictLines.length,
    customFields: [...new Set([...last.customFields, ...batch.customFields])].slice(0, maxCustomFields),
    formSchemas: [...new Set([...last.formSchemas, ...batch.formSchemas])].slice(0, maxCustomFields),
  };
}

async function openIndex(
  folder: string,
  contacts: number,
): Promise<{ readonly index: ContactIndex; readonly indexFile: FileHandle }> {
  const indexFile = await openForAppend(join(folder, "index"));
  const wantedBytes = contacts * indexRecordBytes;
  const { size } = await indexFile.stat();
  if (size >= wantedBytes) {
    await indexFile.truncate(wantedBytes);
    const records = Buffer.alloc(wantedBytes);
    await readFully(indexFile, records);
    return { index: new ContactIndex(records), indexFile };
  }
  const index = new ContactIndex();
  const records: Buffer[] = [];
  for await (const record of readIndexRecords(folder)) {
    records.push(record);
    index.add(record);
  }
  await indexFile.truncate(0);
  await writeAt(indexFile, Buffer.concat(records), 0);
  await indexFile.datasync();
  return { index, indexFile };
}

/** For reading and writing at given places, kept as it is; made where missing. */
async function openForAppend(path: string): Promise<FileHandle> {
  const existing = await open(path, "a", 0o600);
  await existing.close();
  return open(path, "r+");
}

async function appendDurably(path: string, text: string): Promise<void> {
  const file = await open(path, "a", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeAt(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await file.write(bytes, written, bytes.length - written, offset + written)).bytesWritten;
  }
}

async function readFully(file: FileHandle, target: Buffer): Promise<void> {
  for (let filled = 0; filled < target.length; ) {
    const { bytesRead } = await file.read(target, filled, target.length - filled, filled);
    if (bytesRead === 0) return;
    filled += bytesRead;
  }
}
