/**
 * Opening one line of the store, with every check of docs/protocol/actions.md §4. What fails is an outcome with a code,
 * never an exception that would stop the others, and never silence.
 */
import {
  type ConsentRecord,
  type FieldProblem,
  formSchemas,
  hashConsentRecord,
  isFormSchemaId,
  validatePerson,
} from "@coterie/actions";
import { CoterieError } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import type { ContactOpener, OpenedContact } from "@coterie/sealed-box/open";
import { createContactHeader } from "@coterie/sealed-box/seal";
import { createOpenedRow, type OpenedRow } from "@coterie/actions/csv";
import type { StoredConsent, StoredContact } from "./stored-contact.ts";

/** Which contacts are wanted. Decided by what stands in clear; the gateway could withhold a contact just as well. */
export interface ContactFilter {
  /** Milliseconds since 1970; earlier contacts are skipped. */
  readonly sinceMs: number | undefined;
  /** Name or id of a campaign. */
  readonly campaign: string | undefined;
}

/** What opening needs. */
export interface OpeningDeps {
  readonly primitives: Primitives;
  readonly opener: ContactOpener;
  /** Whose premises these are: a contact for another organisation is refused. */
  readonly organisationId: string;
  readonly filter: ContactFilter;
}

/** What became of one line. */
export type OpeningOutcome =
  | { readonly kind: "opened"; readonly row: OpenedRow }
  | { readonly kind: "refused"; readonly actionId: string; readonly code: string }
  | { readonly kind: "quarantined"; readonly row: QuarantinedRow }
  | { readonly kind: "skipped" };

/** A contact that opened and whose person does not follow its form schema: kept apart, not exported as a person. */
export interface QuarantinedRow {
  readonly actionId: string;
  readonly formSchema: string;
  readonly problems: readonly FieldProblem[];
  readonly person: OpenedContact["person"];
}

/** Opens one line. */
export function openStoredContact(deps: OpeningDeps, line: string): OpeningOutcome {
  const contact = parseStoredContact(line);
  if (contact === undefined) return { kind: "refused", actionId: "", code: "cli/damaged-line" };
  if (!isWanted(contact, deps.filter)) return { kind: "skipped" };
  if (contact.organisation !== deps.organisationId) return refused(contact, "cli/other-organisation");
  let opened: OpenedContact;
  try {
    opened = openSealed(deps, contact);
  } catch (error) {
    if (error instanceof CoterieError) return refused(contact, error.code);
    throw error;
  }
  return checkForm(contact, opened);
}

function openSealed({ primitives, opener }: OpeningDeps, contact: StoredContact): OpenedContact {
  if (contact.sealing === "unknown") throw new UnknownSealingError("neither sealed by the gateway nor in the browser");
  const received = {
    payload: bytesOf(contact.payload),
    nonce: bytesOf(contact.nonce),
    publicKey: { id: contact.publicKey.id, public: bytesOf(contact.publicKey.public) },
    signKey: { id: contact.signKey.id, public: bytesOf(contact.signKey.public) },
  };
  const consentHash = hashConsentRecord(primitives, consentRecordOf(contact));
  const { action, campaign, page, organisation, sealing, createdAtMs } = contact;
  const header = createContactHeader(primitives, {
    contact: received,
    action,
    campaign,
    page,
    organisation,
    sealing,
    createdAtMs,
    commitment: bytesOf(contact.commitment),
    consentHash,
  });
  return opener.open({ contact: received, header, headerSignature: bytesOf(contact.signature), consentHash });
}

/** The sealing of a contact is none that this version knows. */
class UnknownSealingError extends CoterieError {
  readonly code = "cli/unknown-sealing";
}

/** The consent record is none that can be hashed. */
class UnknownConsentError extends CoterieError {
  readonly code = "cli/unknown-consent";
}

function consentRecordOf({ consent, page }: StoredContact): ConsentRecord {
  const { organisation, purpose, optIn, wordingId, wordingHash, locale, givenAtMs } = consent;
  if (!isPurpose(purpose) || optIn === "unknown") throw new UnknownConsentError("a consent record of an unknown form");
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

function isPurpose(purpose: string): purpose is ConsentRecord["purpose"] {
  return purpose === "delivery" || purpose === "newsletter";
}

/** The same check as in the form and at the gateway; in browser sealing, this is the only one that nobody can skip. */
function checkForm(contact: StoredContact, { person }: OpenedContact): OpeningOutcome {
  const { formSchema, action: actionId, createdAtMs } = contact;
  if (!isFormSchemaId(formSchema)) {
    const problems: FieldProblem[] = [{ field: "", problem: "malformed" }];
    return { kind: "quarantined", row: { actionId, formSchema, problems, person } };
  }
  const checked = validatePerson(formSchemas[formSchema], person, { requiredFields: [], now: () => createdAtMs });
  if (checked.kind === "valid") return { kind: "opened", row: createOpenedRow(contact, checked.person) };
  return { kind: "quarantined", row: { actionId, formSchema, problems: checked.problems, person } };
}

/** Whether a filter lets a contact through. */
export function isWanted(contact: StoredContact, { sinceMs, campaign }: ContactFilter): boolean {
  if (sinceMs !== undefined && contact.createdAtMs < sinceMs) return false;
  return campaign === undefined || contact.campaignName === campaign || contact.campaign === campaign;
}

function refused(contact: StoredContact, code: string): OpeningOutcome {
  return { kind: "refused", actionId: contact.action, code };
}

/** The contact of a line, or undefined where the line is damaged. */
export function parseStoredContact(line: string): StoredContact | undefined {
  try {
    const json: unknown = JSON.parse(line);
    return isStoredContact(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** The members that opening reads; the line was written by this program, so this only finds damage. */
function isStoredContact(json: unknown): json is StoredContact {
  if (!isRecord(json)) return false;
  const { publicKey, signKey, consent, tracking, customFields } = json;
  return (
    typeof json["action"] === "string" &&
    typeof json["organisation"] === "string" &&
    typeof json["payload"] === "string" &&
    typeof json["createdAtMs"] === "number" &&
    isRecord(publicKey) &&
    isRecord(signKey) &&
    isConsent(consent) &&
    isRecord(tracking) &&
    isRecord(customFields) &&
    [json["campaign"], json["page"], json["nonce"], json["commitment"], json["signature"]].every(isText) &&
    [publicKey["id"], publicKey["public"], signKey["id"], signKey["public"]].every(isText)
  );
}

function isConsent(consent: unknown): consent is StoredConsent {
  return isRecord(consent) && isText(consent["wordingHash"]) && isText(consent["organisation"]);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Lenient about spelling: what counts is the bytes, which the signature and the box authenticate. */
function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, "base64url");
}
