/**
 * Proofs of consent (docs/protocol/rights.md §8): what a person agreed to, in the words that were shown, with everything that the
 * gateway signed. A proof holds no field of the person; that it is this person's shows who opens the contact of the same commitment.
 */
import {
  apiWordingId,
  type ConsentRecord,
  hashConsentRecord,
  InvalidConsentError,
  isWordingId,
  pickFormLocale,
  renderWording,
} from "@coterie/actions";
import { CoterieError, encodeBase64Url, encodeUtf8, equalBytes, MalformedTextError } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { type ContactHeader, encodeContactHeader, MalformedHeaderError, parseKeyId } from "@coterie/sealed-box/seal";
import { bytesOf } from "../contacts/delivered-contact.ts";
import type { StoredContact } from "../contacts/stored-contact.ts";

const format = "coterie/consent-proof";

/** Why a proof proves nothing. */
export type ProofProblem =
  /** Not a line of this format, or parts of other lengths. */
  | "consents/malformed"
  /** Made at another gateway than the pinned one. */
  | "consents/other-gateway"
  /** The consent record is not the one that was signed. */
  | "consents/consent-mismatch"
  /** The gateway did not sign this header. */
  | "consents/not-authentic"
  /** The words are not those that the person was shown. */
  | "consents/wording-mismatch";

/** A proof failed. */
export class ConsentProofError extends CoterieError {
  readonly code: ProofProblem;
  constructor(code: ProofProblem) {
    super("a proof of consent does not hold");
    this.code = code;
  }
}

/** One line of a file of proofs. Bytes are base64url. */
export interface ConsentProof {
  readonly format: typeof format;
  readonly version: 1;
  readonly gatewaySigningKey: string;
  readonly header: {
    readonly action: string;
    readonly campaign: string;
    readonly page: string;
    readonly organisation: string;
    readonly key: string;
    readonly signKey: string;
    readonly nonce: string;
    readonly payloadHash: string;
    readonly commitment: string;
    readonly consentHash: string;
    readonly sealing: string;
    readonly createdAtMs: number;
  };
  readonly signature: string;
  readonly consent: {
    readonly organisation: string;
    readonly page: string;
    readonly purpose: string;
    readonly optIn: string;
    readonly wordingId: string;
    readonly wordingHash: string;
    readonly locale: string;
    readonly givenAtMs: number;
  };
  /** What was shown; null where it is not known here: under an earlier name of the organisation, or in another program. */
  readonly wording: string | null;
  /** The gateway's word, not signed. */
  readonly confirmation: { readonly state: string; readonly atMs: number };
}

/** What a proof is made of. */
export interface ProofInput {
  readonly contact: StoredContact;
  readonly gatewaySigningKey: Uint8Array;
  /** The organisation's title, now and earlier: part of the words. */
  readonly titles: readonly string[];
  readonly confirmation: ConsentProof["confirmation"];
}

/** The proof of a stored contact. Nothing is verified yet. Throws UnknownConsentError's kind of errors where it cannot be one. */
export function createConsentProof(
  primitives: Pick<Primitives, "sha256">,
  { contact, gatewaySigningKey, titles, confirmation }: ProofInput,
): ConsentProof {
  const { consent, page } = contact;
  const { organisation, purpose, optIn, wordingId, wordingHash, locale, givenAtMs } = consent;
  const record = { organisation, page, purpose, optIn, wordingId, wordingHash, locale, givenAtMs };
  return {
    format,
    version: 1,
    gatewaySigningKey: encodeBase64Url(gatewaySigningKey),
    header: {
      action: contact.action,
      campaign: contact.campaign,
      page,
      organisation: contact.organisation,
      key: contact.publicKey.id,
      signKey: contact.signKey.public,
      nonce: contact.nonce,
      payloadHash: encodeBase64Url(primitives.sha256(bytesOf(contact.payload))),
      commitment: contact.commitment,
      consentHash: encodeBase64Url(hashConsentRecord(primitives, recordOf(record))),
      sealing: contact.sealing,
      createdAtMs: contact.createdAtMs,
    },
    signature: contact.signature,
    consent: record,
    wording: findWording(primitives, { consent: record, titles }),
    confirmation,
  };
}

function findWording(
  primitives: Pick<Primitives, "sha256">,
  { consent, titles }: { readonly consent: ConsentProof["consent"]; readonly titles: readonly string[] },
): string | null {
  const { wordingId: id, locale } = consent;
  if (id === apiWordingId) return isShown(primitives, consent, "") ? "" : null;
  if (!isWordingId(id)) return null;
  const rendered = titles.map((organisationName) =>
    renderWording({ id, locale: pickFormLocale(locale), organisationName }),
  );
  return rendered.find((text) => isShown(primitives, consent, text)) ?? null;
}

function isShown(
  { sha256 }: Pick<Primitives, "sha256">,
  { wordingHash }: Pick<ConsentProof["consent"], "wordingHash">,
  text: string,
): boolean {
  return equalBytes(sha256(encodeUtf8(text)), bytesOf(wordingHash));
}

/**
 * Checks a line of a file of proofs under a pinned gateway key: without any network, and without any secret.
 * @throws ConsentProofError with what does not hold
 */
export function verifyConsentProof(
  primitives: Pick<Primitives, "sha256" | "verify">,
  { line, gatewaySigningKey }: { readonly line: string; readonly gatewaySigningKey: Uint8Array },
): ConsentProof {
  const proof = parseProof(line);
  const { header, consent } = proof;
  if (!equalBytes(bytesOf(proof.gatewaySigningKey), gatewaySigningKey))
    throw new ConsentProofError("consents/other-gateway");
  const signed = orMalformed(() => encodeContactHeader(headerOf(header)));
  // The verdict about the record first: a changed answer is told from a forged signature.
  const consentHash = orMalformed(() => hashConsentRecord(primitives, recordOf(consent)));
  const isOfHeader = consent.organisation === header.organisation && consent.page === header.page;
  if (!isOfHeader || !equalBytes(consentHash, bytesOf(header.consentHash))) {
    throw new ConsentProofError("consents/consent-mismatch");
  }
  if (!primitives.verify(gatewaySigningKey, signed, bytesOf(proof.signature))) {
    throw new ConsentProofError("consents/not-authentic");
  }
  if (proof.wording !== null && !isShown(primitives, consent, proof.wording)) {
    throw new ConsentProofError("consents/wording-mismatch");
  }
  return proof;
}

function orMalformed<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    const isForm = [MalformedTextError, MalformedHeaderError, InvalidConsentError].some(
      (kind) => error instanceof kind,
    );
    if (isForm) throw new ConsentProofError("consents/malformed");
    throw error;
  }
}

function headerOf(header: ConsentProof["header"]): ContactHeader {
  const { action, campaign, page, organisation, createdAtMs } = header;
  if (header.sealing !== "gateway" && header.sealing !== "browser") throw new MalformedHeaderError("unknown sealing");
  return {
    action,
    campaign,
    page,
    organisation,
    createdAtMs,
    sealing: header.sealing,
    key: parseKeyId(header.key),
    signKey: bytesOf(header.signKey),
    nonce: bytesOf(header.nonce),
    payloadHash: bytesOf(header.payloadHash),
    commitment: bytesOf(header.commitment),
    consentHash: bytesOf(header.consentHash),
  };
}

function recordOf(consent: ConsentProof["consent"]): ConsentRecord {
  const { organisation, page, purpose, optIn, wordingId, wordingHash, locale, givenAtMs } = consent;
  if (purpose !== "delivery" && purpose !== "newsletter") throw new InvalidConsentError("not a purpose");
  if (optIn !== "yes" && optIn !== "no" && optIn !== "not-asked") throw new InvalidConsentError("not an answer");
  return {
    organisationId: organisation,
    pageId: page,
    purpose,
    optIn,
    wordingId,
    wordingHash: bytesOf(wordingHash),
    locale,
    givenAtMs,
  };
}

const headerTexts =
  "action campaign page organisation key signKey nonce payloadHash commitment consentHash sealing".split(" ");
const consentTexts = "organisation page purpose optIn wordingId wordingHash locale".split(" ");

function parseProof(line: string): ConsentProof {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw new ConsentProofError("consents/malformed");
  }
  if (!isProof(json)) throw new ConsentProofError("consents/malformed");
  return json;
}

function isProof(json: unknown): json is ConsentProof {
  if (!isRecord(json) || json["format"] !== format || json["version"] !== 1) return false;
  const { header, consent, confirmation, wording } = json;
  return (
    hasTexts(json, ["gatewaySigningKey", "signature"]) &&
    isRecord(header) &&
    hasTexts(header, headerTexts) &&
    typeof header["createdAtMs"] === "number" &&
    isRecord(consent) &&
    hasTexts(consent, consentTexts) &&
    typeof consent["givenAtMs"] === "number" &&
    (wording === null || typeof wording === "string") &&
    isRecord(confirmation) &&
    hasTexts(confirmation, ["state"]) &&
    typeof confirmation["atMs"] === "number"
  );
}

function hasTexts(record: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  return names.every((name) => typeof record[name] === "string");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
