/**
 * Opening one line of the store, with every check of docs/protocol/actions.md §4. What fails is an outcome with a code,
 * never an exception that would stop the others, and never silence.
 */
import { type FieldProblem, createPersonValidator, formSchemas, isFormSchemaId } from "@coterie/actions";
import { CoterieError } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import type { OpenContactInput, OpenedContact, StoredContactOpener } from "@coterie/sealed-box/open";
import { createContactHeader } from "@coterie/sealed-box/seal";
import { createOpenedRow, type OpenedRow } from "@coterie/actions/csv";
import { bytesOf, deliveredContact, withConsentHash } from "./delivered-contact.ts";
import { type EventTable, isGone } from "./event-table.ts";
import type { LineRange, LineStamps } from "./line-stamps.ts";
import type { StoredContact } from "./stored-contact.ts";
import { parseStampedContact, parseStoredContact } from "./stored-contact-parser.ts";

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
  readonly opener: StoredContactOpener;
  /** Where these premises have a store key. */
  readonly stamps: LineStamps | undefined;
  /** Whose premises these are: a contact for another organisation is refused. */
  readonly organisationId: string;
  readonly filter: ContactFilter;
  /** What happened to contacts since they were delivered, where anything did. */
  readonly events?: EventTable | undefined;
}

/** What became of one line. */
export type OpeningOutcome =
  | { readonly kind: "opened"; readonly row: OpenedRow }
  | { readonly kind: "refused"; readonly actionId: string; readonly code: string }
  | { readonly kind: "quarantined"; readonly row: QuarantinedRow }
  | { readonly kind: "skipped" }
  /** The person was erased, or the campaign's time is over. */
  | { readonly kind: "erased" };

/** A contact that opened and whose person does not follow its form schema: kept apart, not exported as a person. */
export interface QuarantinedRow {
  readonly actionId: string;
  readonly formSchema: string;
  readonly problems: readonly FieldProblem[];
  readonly person: OpenedContact["person"];
}

/** Opens one line, which stands in `input`. Its signature is left out only where its stamp is valid. */
export function openStoredContact(deps: OpeningDeps, input: Buffer, range: LineRange): OpeningOutcome {
  const line = input.toString("utf8", range.startOffset, range.endOffset);
  if (deps.stamps?.isStamped(input, range) === true) {
    const stamped = parseStampedContact(line);
    return openParsed(deps, stamped, () =>
      deps.opener.openWithVerifiedHeader(withConsentHash(stamped, bytesOf(stamped.consentHash))),
    );
  }
  // What the line says about having been verified counts for nothing here.
  const contact = parseStoredContact(line);
  if (contact === undefined) return { kind: "refused", actionId: "", code: "cli/damaged-line" };
  return openParsed(deps, contact, () => deps.opener.open(deliveredContact(deps.primitives, contact)));
}

/** A contact as other openers take it. Throws where its sealing or consent is none that this version knows. */
export function openInputOf(primitives: Pick<Primitives, "sha256">, contact: StoredContact): OpenContactInput {
  const { headerSignature, ...delivered } = deliveredContact(primitives, contact);
  const { contact: received, consentHash } = delivered;
  return { contact: received, header: createContactHeader(primitives, delivered), headerSignature, consentHash };
}

function openParsed(deps: OpeningDeps, contact: StoredContact, openSealed: () => OpenedContact): OpeningOutcome {
  if (!isWanted(contact, deps.filter)) return { kind: "skipped" };
  const events = deps.events?.find(contact.action);
  // Before anything is opened: who was erased is not looked at again.
  if (events !== undefined && isGone(contact, events)) return { kind: "erased" };
  if (contact.organisation !== deps.organisationId) return refused(contact, "cli/other-organisation");
  let opened: OpenedContact;
  try {
    opened = openSealed();
  } catch (error) {
    if (error instanceof CoterieError) return refused(contact, error.code);
    throw error;
  }
  return checkForm(withAnswer(contact, events), opened);
}

/** The contact with what its person answered by mail since it was delivered. */
function withAnswer(contact: StoredContact, events: ReturnType<EventTable["find"]> | undefined): StoredContact {
  const answer = events?.confirmation;
  if (answer === undefined) return contact;
  return { ...contact, consent: { ...contact.consent, confirmation: answer.kind, confirmedAtMs: answer.atMs } };
}

const validators = {
  "basic/1": createPersonValidator(formSchemas["basic/1"]),
  "eci/1": createPersonValidator(formSchemas["eci/1"]),
};

/** The same check as in the form and at the gateway; in browser sealing, this is the only one that nobody can skip. */
function checkForm(contact: StoredContact, { person }: OpenedContact): OpeningOutcome {
  const { formSchema, action: actionId, createdAtMs } = contact;
  if (!isFormSchemaId(formSchema)) {
    const problems: FieldProblem[] = [{ field: "", problem: "malformed" }];
    return { kind: "quarantined", row: { actionId, formSchema, problems, person } };
  }
  const checked = validators[formSchema](person, { requiredFields: [], now: () => createdAtMs });
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
