/** Opening one contact from the wire, with every check of docs/protocol/actions.md §4. What fails is an outcome with a code. */
import {
  type ConsentRecord,
  formSchemas,
  hashConsentRecord,
  isFormSchemaId,
  type Person,
  validatePerson,
} from "@coterie/actions";
import { type ContactSurroundings, createOpenedRow, type OpenedRow } from "@coterie/actions/csv";
import { CoterieError, encodeBase64Url } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { ConsentConfirmation, type Contact, OptIn, Sealing } from "@coterie/protocol";
import type { ContactOpener, OpenedContact } from "@coterie/sealed-box/open";
import { createContactHeader } from "@coterie/sealed-box/seal";

/** What opening needs. */
export interface ContactOpeningDeps {
  readonly primitives: Primitives;
  readonly opener: ContactOpener;
  /** A contact for another organisation is refused. */
  readonly organisationId: string;
}

/** What became of a contact. "quarantined": it opened, but its person does not follow the form; it is kept apart. */
export type OpeningOutcome =
  | { readonly kind: "opened"; readonly row: OpenedRow }
  | { readonly kind: "refused" | "quarantined"; readonly actionId: string; readonly code: string };

/** Opens one contact. */
export function openWireContact(deps: ContactOpeningDeps, contact: Contact): OpeningOutcome {
  const { actionId } = contact;
  if (contact.organisationId !== deps.organisationId) {
    return { kind: "refused", actionId, code: "web/other-organisation" };
  }
  try {
    const { person } = openSealed(deps, contact);
    const checked = checkForm(contact, person);
    if (checked === undefined) return { kind: "quarantined", actionId, code: "web/form-not-followed" };
    return { kind: "opened", row: createOpenedRow(surroundingsOf(contact), checked) };
  } catch (error) {
    if (error instanceof CoterieError) return { kind: "refused", actionId, code: error.code };
    throw error;
  }
}

/** Members that the wire leaves out, or values that this version does not know. */
class IncompleteContactError extends CoterieError {
  readonly code = "web/incomplete-contact";
  constructor() {
    super("a contact without key, consent or sealing of a known form");
  }
}

function openSealed({ primitives, opener }: ContactOpeningDeps, contact: Contact): OpenedContact {
  const { publicKey, signKey, payload, nonce, commitment } = contact;
  const sealing = sealings[contact.sealing];
  if (publicKey === undefined || signKey === undefined || sealing === undefined) throw new IncompleteContactError();
  const received = { payload, nonce, publicKey, signKey };
  const consentHash = hashConsentRecord(primitives, consentRecordOf(contact));
  const header = createContactHeader(primitives, {
    contact: received,
    action: contact.actionId,
    campaign: contact.campaignId,
    page: contact.pageId,
    organisation: contact.organisationId,
    sealing,
    createdAtMs: Number(contact.createdAtMs),
    commitment,
    consentHash,
  });
  return opener.open({ contact: received, header, headerSignature: contact.headerSignature, consentHash });
}

const sealings: { readonly [Value in Sealing]: "gateway" | "browser" | undefined } = {
  [Sealing.UNSPECIFIED]: undefined,
  [Sealing.GATEWAY]: "gateway",
  [Sealing.BROWSER]: "browser",
};

const optIns: { readonly [Value in OptIn]: ConsentRecord["optIn"] | undefined } = {
  [OptIn.UNSPECIFIED]: undefined,
  [OptIn.YES]: "yes",
  [OptIn.NO]: "no",
  [OptIn.NOT_ASKED]: "not-asked",
};

const confirmations: { readonly [Value in ConsentConfirmation]: string | undefined } = {
  [ConsentConfirmation.UNSPECIFIED]: undefined,
  [ConsentConfirmation.NOT_ASKED]: undefined,
  [ConsentConfirmation.AWAITED]: "awaited",
  [ConsentConfirmation.CONFIRMED]: "confirmed",
  [ConsentConfirmation.DECLINED]: "declined",
};

function consentRecordOf({ consent, pageId }: Contact): ConsentRecord {
  const optIn = consent === undefined ? undefined : optIns[consent.optIn];
  if (consent === undefined || optIn === undefined) throw new IncompleteContactError();
  const { organisationId, purpose, wordingId, wordingHash, locale, givenAtMs } = consent;
  if (purpose !== "delivery" && purpose !== "newsletter") throw new IncompleteContactError();
  return { organisationId, pageId, purpose, optIn, wordingId, wordingHash, locale, givenAtMs: Number(givenAtMs) };
}

/** The person in uniform form, or undefined. In browser sealing this is the only check of the form that nobody can skip. */
function checkForm(contact: Contact, person: OpenedContact["person"]): Person | undefined {
  if (!isFormSchemaId(contact.formSchema)) return undefined;
  const rules = { requiredFields: [], now: () => Number(contact.createdAtMs) };
  const checked = validatePerson(formSchemas[contact.formSchema], person, rules);
  return checked.kind === "valid" ? checked.person : undefined;
}

function surroundingsOf(contact: Contact): ContactSurroundings {
  const { consent, tracking } = contact;
  return {
    action: contact.actionId,
    campaign: contact.campaignId,
    page: contact.pageId,
    organisation: contact.organisationId,
    createdAtMs: Number(contact.createdAtMs),
    sealing: sealings[contact.sealing] ?? "",
    publicKey: { id: contact.publicKey?.id ?? "" },
    consent: {
      purpose: consent?.purpose ?? "",
      optIn: (consent && optIns[consent.optIn]) ?? "",
      wordingId: consent?.wordingId ?? "",
      wordingHash: encodeBase64Url(consent?.wordingHash ?? new Uint8Array(0)),
      locale: consent?.locale ?? "",
      givenAtMs: Number(consent?.givenAtMs ?? 0n),
      confirmation: confirmations[contact.consentConfirmation],
      confirmedAtMs: Number(contact.consentConfirmedAtMs),
    },
    formSchema: contact.formSchema,
    actionType: contact.actionType,
    campaignName: contact.campaignName,
    pageName: contact.pageName,
    pageLocale: contact.pageLocale,
    duplicateRank: contact.duplicateRank,
    customFields: contact.customFields,
    tracking: {
      source: tracking?.source ?? "",
      medium: tracking?.medium ?? "",
      campaign: tracking?.campaign ?? "",
      content: tracking?.content ?? "",
      location: tracking?.location ?? "",
    },
  };
}
