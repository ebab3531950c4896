/** Contacts as Proca's queue delivers them, still sealed: for programs that open them themselves. Needs no key. */
import { createOpenedRow, createProcaMessage, encodeJsonLine, type ProcaOrganisation } from "@coterie/actions/csv";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { type OrganisationFolder, pathsOf } from "../premises/organisation-folder.ts";
import { sizeOf } from "../premises/private-files.ts";
import type { Arguments } from "../terminal/arguments.ts";
import type { CliDeps } from "../terminal/command.ts";
import { FileExistsError, InterruptedError } from "../terminal/errors.ts";
import { type ContactFilter, isWanted } from "./contact-opening.ts";
import { EventTable, isGone } from "./event-table.ts";
import { planOpening, viewStore } from "./opening-session.ts";
import { OutputFile } from "./output-file.ts";
import { forEachContactLine, StoreReader } from "./store-reader.ts";
import type { StoredContact } from "./stored-contact.ts";
import { parseStoredContact } from "./stored-contact-parser.ts";

/** What a sealed export is told. */
export interface SealedExportInput {
  readonly args: Arguments;
  readonly folder: OrganisationFolder;
  /** Where to, or undefined for `contacts.proca` in the organisation's folder. */
  readonly path: string | undefined;
}

/** What it wrote. */
export interface SealedExport {
  readonly path: string;
  readonly contacts: number;
  /** Lines of the store that are none. */
  readonly damaged: number;
}

const pieceBytes = 4 * 1024 * 1024;

/**
 * Writes all contacts of the store anew. The file is there when it is whole.
 * @throws FileExistsError where it is there already, unless `--overwrite`
 */
export async function exportSealed(deps: CliDeps, { args, folder, path }: SealedExportInput): Promise<SealedExport> {
  const target = path ?? join(folder.path, "contacts.proca");
  if (!args.has("overwrite") && (await sizeOf(target)) !== undefined) {
    throw new FileExistsError(`${target} exists: move it away, or use --overwrite`);
  }
  const store = pathsOf(folder.path).contacts;
  const view = await viewStore(store);
  const { end } = view;
  const events = view.events === undefined ? undefined : new EventTable(view.events);
  const { filter } = planOpening({ args, folder, formats: ["proca"] }, view);
  const reader = new StoreReader(store, { start: { segment: 1, offset: 0 }, end: end.place });
  const output = await OutputFile.continueAt(`${target}.part`, 0);
  let [contacts, damaged] = [0, 0];
  try {
    await output.ensure();
    const buffer = Buffer.alloc(pieceBytes);
    for (let piece = await reader.readPiece(buffer); piece !== undefined; piece = await reader.readPiece(buffer)) {
      const encoded = encodePiece(buffer, { lengthBytes: piece.lengthBytes, filter, events, receiver: folder.profile });
      contacts += encoded.contacts;
      damaged += encoded.damaged;
      await output.write(Buffer.from(encoded.text, "utf8"));
      if (deps.signal.aborted) throw new InterruptedError();
    }
    await output.sync();
  } finally {
    await reader.close();
    await output.close();
  }
  await rename(output.path, target);
  return { path: target, contacts, damaged };
}

interface SealedPiece {
  readonly lengthBytes: number;
  readonly filter: ContactFilter;
  readonly events: EventTable | undefined;
  readonly receiver: ProcaOrganisation;
}

function encodePiece(
  buffer: Buffer,
  { lengthBytes, filter, events, receiver }: SealedPiece,
): { readonly text: string; readonly contacts: number; readonly damaged: number } {
  const lines: string[] = [];
  let damaged = 0;
  forEachContactLine(buffer, lengthBytes, (start, end) => {
    const contact = parseStoredContact(buffer.toString("utf8", start, end));
    if (contact === undefined) damaged++;
    else if (events !== undefined && isGone(contact, events.find(contact.action))) return;
    else if (isWanted(contact, filter)) lines.push(encodeSealed(contact, receiver));
  });
  return { text: lines.join(""), contacts: lines.length, damaged };
}

function encodeSealed(contact: StoredContact, receiver: ProcaOrganisation): string {
  const { payload, nonce, publicKey, signKey } = contact;
  const personalInfo = {
    payload,
    nonce,
    encryptKey: { id: publicKey.id, public: publicKey.public },
    signKey: { id: signKey.id, public: signKey.public },
  };
  const content = { kind: "sealed", personalInfo } as const;
  return encodeJsonLine(createProcaMessage({ row: createOpenedRow(contact, {}), receiver, content }));
}
