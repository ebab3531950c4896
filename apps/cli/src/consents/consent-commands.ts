/** `coterie consents export` and `coterie consents verify`. */
import { encodeJsonLine } from "@coterie/actions/csv";
import { decodeBase64Url, MalformedTextError } from "@coterie/bytes";
import { open, rename } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { EventTable, isGone } from "../contacts/event-table.ts";
import { type StoreView, viewStore } from "../contacts/opening-session.ts";
import { OutputFile } from "../contacts/output-file.ts";
import { forEachContactLine, StoreReader } from "../contacts/store-reader.ts";
import type { StoredContact } from "../contacts/stored-contact.ts";
import { parseStoredContact } from "../contacts/stored-contact-parser.ts";
import { getOrganisationFolder, type OrganisationFolder, pathsOf } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { sizeOf, unusable } from "../premises/private-files.ts";
import { type Arguments, commonOptions } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { FileExistsError, InterruptedError, UsageError } from "../terminal/errors.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { groupDigits } from "../terminal/progress.ts";
import { ConsentProofError, createConsentProof, verifyConsentProof } from "./consent-proof.ts";

/** Writes the proofs of all contacts. */
export const exportConsentsCommand: Command = {
  name: "consents export",
  summary: "write a proof of each contact's consent",
  help: [
    "Writes one line for each contact in the local store to consents.jsonl in the organisation's folder, or to --out: what was agreed to, in the words that were shown, when, and what the gateway signed about it. It holds no field of any person and needs no passphrase: which person it is shows whoever opens the contact of the same action. --former-title gives an earlier title of the organisation, where it was shown under another one.",
  ],
  options: {
    out: { type: "string", value: "FILE", help: "write to this file" },
    overwrite: { type: "boolean", help: "replace the file" },
    "former-title": { type: "string", value: "TITLE", help: "the organisation's earlier title" },
    ...commonOptions,
  },
  async run(deps, args) {
    const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
    const out = args.find("out");
    const path = out === undefined ? join(folder.path, "consents.jsonl") : resolve(deps.workingFolder, out);
    if (!args.has("overwrite") && (await sizeOf(path)) !== undefined) {
      throw new FileExistsError(`${path} exists: move it away, or use --overwrite`);
    }
    const written = await writeProofs(deps, { folder, path, formerTitle: args.find("former-title") });
    deps.terminal.result(`${folder.profile.name}: ${groupDigits(written.proofs)} proofs, ${path}`);
    if (written.withoutWords > 0) {
      deps.terminal.warn(
        `  ${groupDigits(written.withoutWords)} without the words: shown under another title (--former-title)`,
      );
    }
    if (written.damaged > 0) deps.terminal.warn(`  ${groupDigits(written.damaged)} damaged lines were left out`);
    deps.terminal.json({ organisation: folder.profile.name, path, ...written });
    return written.damaged > 0 ? exitCodes.someRefused : exitCodes.ok;
  },
};

interface ExportInput {
  readonly folder: OrganisationFolder;
  readonly path: string;
  readonly formerTitle: string | undefined;
}

interface Written {
  proofs: number;
  withoutWords: number;
  damaged: number;
}

const pieceBytes = 4 * 1024 * 1024;

async function writeProofs(deps: CliDeps, { folder, path, formerTitle }: ExportInput): Promise<Written> {
  const store = pathsOf(folder.path).contacts;
  const view = await viewStore(store);
  const encode = createEncoder(deps, { folder, formerTitle, view });
  const reader = new StoreReader(store, { start: { segment: 1, offset: 0 }, end: view.end.place });
  const output = await OutputFile.continueAt(`${path}.part`, 0);
  const written: Written = { proofs: 0, withoutWords: 0, damaged: 0 };
  try {
    await output.ensure();
    const buffer = Buffer.alloc(pieceBytes);
    for (let piece = await reader.readPiece(buffer); piece !== undefined; piece = await reader.readPiece(buffer)) {
      const lines: string[] = [];
      forEachContactLine(buffer, piece.lengthBytes, (start, end) => {
        lines.push(encode(buffer.toString("utf8", start, end), written));
      });
      await output.write(Buffer.from(lines.join(""), "utf8"));
      if (deps.signal.aborted) throw new InterruptedError();
    }
    await output.sync();
  } finally {
    await reader.close();
    await output.close();
  }
  await rename(output.path, path);
  return written;
}

function createEncoder(
  { primitives }: CliDeps,
  { folder, formerTitle, view }: Pick<ExportInput, "folder" | "formerTitle"> & { readonly view: StoreView },
): (line: string, written: Written) => string {
  const { gatewaySigningKey, title } = folder.profile;
  const titles = formerTitle === undefined ? [title] : [title, formerTitle];
  const events = view.events === undefined ? undefined : new EventTable(view.events);
  return (line, written) => {
    const contact = parseStoredContact(line);
    const happened = contact === undefined ? undefined : events?.find(contact.action);
    if (contact !== undefined && happened !== undefined && isGone(contact, happened)) return "";
    const confirmation = happened?.confirmation;
    const stated =
      confirmation === undefined ? statedOf(contact) : { state: confirmation.kind, atMs: confirmation.atMs };
    const proof =
      contact === undefined
        ? undefined
        : tryProof(() => createConsentProof(primitives, { contact, gatewaySigningKey, titles, confirmation: stated }));
    if (proof === undefined) {
      written.damaged++;
      return "";
    }
    written.proofs++;
    if (proof.wording === null) written.withoutWords++;
    return encodeJsonLine(proof);
  };
}

function statedOf(contact: StoredContact | undefined): { readonly state: string; readonly atMs: number } {
  const { confirmation = "not-asked", confirmedAtMs = 0 } = contact?.consent ?? {};
  return { state: confirmation, atMs: confirmedAtMs };
}

function tryProof<Proof>(create: () => Proof): Proof | undefined {
  try {
    return create();
  } catch {
    // A line that no consent record can be read from: it proves nothing.
    return undefined;
  }
}

/** Checks a file of proofs. */
export const verifyConsentsCommand: Command = {
  name: "consents verify",
  summary: "check a file of proofs of consent, offline",
  help: [
    "Checks every line of a file that `consents export` wrote: that the gateway whose key is pinned signed it, that the record of consent is the one that was signed, and that the words are those that were shown. Asks no gateway and needs no secret. What does not hold is listed by line and code, and makes the exit code 3: consents/malformed, consents/other-gateway, consents/consent-mismatch, consents/not-authentic, consents/wording-mismatch.",
    "Whoever has no premises of their own gives the gateway's signing key with --signing-key.",
  ],
  options: {
    file: { type: "string", value: "FILE", help: "the file of proofs" },
    "signing-key": {
      type: "string",
      value: "KEY",
      help: "the gateway's signing key (base64url), instead of the pinned one",
    },
    ...commonOptions,
  },
  async run(deps, args) {
    const path = resolve(deps.workingFolder, args.get("file"));
    const gatewaySigningKey = await signingKeyOf(deps, args);
    const counts = { proofs: 0, withoutWords: 0, refused: 0 };
    let number = 0;
    for await (const line of readLines(path)) {
      number++;
      if (line === "") continue;
      try {
        const proof = verifyConsentProof(deps.primitives, { line, gatewaySigningKey });
        counts.proofs++;
        if (proof.wording === null) counts.withoutWords++;
      } catch (error) {
        if (!(error instanceof ConsentProofError)) throw error;
        counts.refused++;
        deps.terminal.warn(`line ${number}  ${error.code}`);
      }
    }
    const { proofs, withoutWords, refused } = counts;
    deps.terminal.result(
      `${groupDigits(proofs)} proofs hold, ${groupDigits(withoutWords)} of them without words; ${groupDigits(refused)} do not`,
    );
    deps.terminal.json(counts);
    // A file without a single proof proves nothing either.
    return refused > 0 || proofs === 0 ? exitCodes.someRefused : exitCodes.ok;
  },
};

async function signingKeyOf(deps: CliDeps, args: Arguments): Promise<Uint8Array> {
  const given = args.find("signing-key");
  if (given === undefined) {
    return (await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"))).profile.gatewaySigningKey;
  }
  try {
    const key = decodeBase64Url(given);
    if (key.length === 32) return key;
  } catch (error) {
    if (!(error instanceof MalformedTextError)) throw error;
  }
  throw new UsageError("--signing-key takes 32 bytes in base64url");
}

async function* readLines(path: string): AsyncGenerator<string> {
  const file = await open(path, "r").catch((error: unknown) => {
    throw unusable(path, error);
  });
  try {
    yield* createInterface({ input: file.createReadStream({ autoClose: false }), crlfDelay: Number.POSITIVE_INFINITY });
  } finally {
    await file.close();
  }
}
