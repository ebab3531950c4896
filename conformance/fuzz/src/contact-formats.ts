// Contacts under attack: the box, its plain text, its header and its text form.
import { isDeepStrictEqual } from "node:util";
import { concatBytes, encodeUtf8, equalBytes } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import { createContactOpener, decodeCanonicalJson, type OpenContactInput } from "@coterie/sealed-box/open";
import {
  type ContactHeader,
  type ContactText,
  contactSizes,
  contactToText,
  deriveKeyId,
  encodeCanonicalJson,
  encodeContactHeader,
  parseContactText,
} from "@coterie/sealed-box/seal";
import type { FuzzedFormat } from "./fuzz.ts";
import { gateway, organisation, people, primitives, random, rows, type SealedRow, sign } from "./scene.ts";

const opener = createContactOpener({ primitives }, { keys: [organisation], gatewaySigningKey: gateway.publicKey });
const firstRow = rows[0];
if (firstRow === undefined) throw new Error("the scene has no rows");
const row: SealedRow = firstRow;

/** Mutants of the first row, spliced with the second one. */
function fromRows(bytesOf: (from: SealedRow) => Uint8Array): Pick<FuzzedFormat, "sources" | "others"> {
  return { sources: [bytesOf(row)], others: rows.map(bytesOf) };
}

/** Opens a contact behind a header that a cheating gateway signs for it: the box itself has to refuse. */
function openSigned(changes: Partial<OpenContactInput["contact"]>): "accepted" {
  const contact = { ...row.contact, ...changes };
  const header: ContactHeader = {
    ...row.header,
    signKey: contact.signKey.public,
    nonce: contact.nonce,
    payloadHash: primitives.sha256(contact.payload),
  };
  opener.open({ contact, header, headerSignature: sign(header), consentHash: row.consentHash });
  return "accepted";
}

/** Nonce, sender and payload one after the other. */
export const contactFormat: FuzzedFormat = {
  name: "contact",
  ...fromRows(({ contact }) => concatBytes(contact.nonce, contact.signKey.public, contact.payload)),
  accept(value) {
    const sender = value.slice(24, 56);
    const id = sender.length === 32 ? deriveKeyId(primitives, sender) : row.contact.signKey.id;
    return openSigned({ nonce: value.slice(0, 24), signKey: { id, public: sender }, payload: value.slice(56) });
  },
};

/** What a sealer that does not keep to the format puts inside: it seals whatever it likes, correctly. */
export const plaintextFormat: FuzzedFormat = {
  name: "contact plain text",
  ...fromRows(({ plain }) => plain),
  accept(value) {
    const size = contactSizes.find((candidate) => value.length <= candidate) ?? 4096;
    const plain = new Uint8Array(size).fill(0x20);
    plain.set(value.subarray(0, size));
    const seed = randomBytes(random, 32);
    const sender = primitives.deriveAgreementKeyPair(seed);
    const nonce = randomBytes(random, 24);
    const key = primitives.deriveBoxKey(sender.secretKey, organisation.publicKey);
    const signKey = { id: deriveKeyId(primitives, sender.publicKey), public: sender.publicKey };
    openSigned({ nonce, signKey, payload: primitives.encryptBox(key, nonce, plain) });
    return equalBytes(plain, row.plain) ? "same" : "accepted";
  },
};

const headerTexts = ["action", "campaign", "page", "organisation", "key", "sealing"] as const;
const headerBytes = ["signKey", "nonce", "payloadHash", "commitment", "consentHash"] as const;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A header as its members, length by length; the signature is the original's. */
export const headerFormat: FuzzedFormat = {
  name: "contact header",
  ...fromRows(({ header }) => encodeContactHeader(header)),
  accept(value, choose) {
    if (equalBytes(value, encodeContactHeader(row.header))) {
      opener.open(row);
      return "accepted";
    }
    // The bytes that are signed, against the signature of the original.
    if (primitives.verify(gateway.publicKey, value, row.headerSignature)) return "accepted";
    const changed: Record<string, unknown> = { ...row.header };
    const piece = value.subarray(choose.below(value.length + 1));
    const turn = choose.below(12);
    const text = headerTexts[turn];
    const bytes = headerBytes[turn - headerTexts.length];
    if (text !== undefined) changed[text] = spoilText(row.header[text], { piece, at: choose.below(30) });
    else if (bytes !== undefined) changed[bytes] = spoilBytes(row.header[bytes], { piece, at: choose.below(32) });
    else changed["createdAtMs"] = [Number.NaN, -1, 2 ** 60, 1.5, choose.below(2 ** 31)][choose.below(5)];
    // cast: what a decoder of the wire could hand over
    const header = changed as unknown as ContactHeader;
    opener.open({ ...row, header });
    return equalBytes(encodeContactHeader(header), encodeContactHeader(row.header)) ? "same" : "accepted";
  },
};

/** The text form of a contact: its texts, a line each. */
export const contactTextFormat: FuzzedFormat = {
  name: "contact text form",
  ...fromRows(({ contact }) => encodeUtf8(linesOf(contactToText(contact)))),
  accept(value) {
    const [payload = "", nonce = "", publicId = "", publicKey = "", signId = "", signKey = ""] = decoder
      .decode(value)
      .split("\n");
    const text = {
      payload,
      nonce,
      publicKey: { id: publicId, public: publicKey },
      signKey: { id: signId, public: signKey },
    };
    const contact = parseContactText(text);
    opener.open({ ...row, contact });
    return linesOf(contactToText(contact)) === linesOf(contactToText(row.contact)) ? "same" : "accepted";
  },
};

/** Canonical JSON alone: other content is other content, but no value has a second form. */
export const canonicalJsonFormat: FuzzedFormat = {
  name: "canonical JSON",
  sources: people.map(encodeCanonicalJson),
  others: people.map(encodeCanonicalJson),
  accept(value) {
    const decoded = decodeCanonicalJson(value);
    const again = encodeCanonicalJson(decoded);
    if (!equalBytes(again, value)) return "accepted";
    return people.some((person) => isDeepStrictEqual(person, decoded)) ? "accepted" : "same";
  },
};

function linesOf({ payload, nonce, publicKey, signKey }: ContactText): string {
  return [payload, nonce, publicKey.id, publicKey.public, signKey.id, signKey.public].join("\n");
}

interface Spoiling {
  readonly piece: Uint8Array;
  readonly at: number;
}

function spoilText(text: string, spoiling: Spoiling): string {
  return decoder.decode(spoilBytes(encoder.encode(text), spoiling));
}

function spoilBytes(bytes: Uint8Array, { piece, at }: Spoiling): Uint8Array {
  const spoilt = Uint8Array.from(bytes);
  if (piece.length % 3 === 0) return concatBytes(spoilt.subarray(0, at), piece.subarray(0, 40));
  spoilt.set(piece.subarray(0, Math.max(0, spoilt.length - at)), Math.min(at, spoilt.length));
  return spoilt;
}
