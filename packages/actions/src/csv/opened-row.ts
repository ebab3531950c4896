/** What comes out of opening a contact: the person in clear, with what stood around. The shape of a JSONL line. */
import type { Person } from "../person.ts";

/** What stands around a contact in clear, as it was delivered. Ids are text forms; bytes are base64url. */
export interface ContactSurroundings {
  readonly action: string;
  readonly campaign: string;
  readonly page: string;
  readonly organisation: string;
  readonly createdAtMs: number;
  readonly sealing: string;
  readonly publicKey: { readonly id: string };
  readonly consent: {
    readonly purpose: string;
    readonly optIn: string;
    readonly wordingId: string;
    readonly wordingHash: string;
    readonly locale: string;
    readonly givenAtMs: number;
    /** Whether it was confirmed by mail, as far as was known when the contact was delivered; absent: not asked. */
    readonly confirmation?: string | undefined;
    /** When it was confirmed or declined; 0 or absent: neither. */
    readonly confirmedAtMs?: number | undefined;
  };
  readonly formSchema: string;
  readonly actionType: string;
  readonly campaignName: string;
  readonly pageName: string;
  readonly pageLocale: string;
  readonly customFields: Readonly<Record<string, string>>;
  readonly tracking: RowTracking;
  /** How often the same person had signed in the campaign before, as far as the gateway could tell; absent: not. */
  readonly duplicateRank?: number | undefined;
}

/** Where an action came from; "" where nothing was said. */
export interface RowTracking {
  readonly source: string;
  readonly medium: string;
  readonly campaign: string;
  readonly content: string;
  readonly location: string;
}

/** One opened contact; its members, in this order, are the members of a JSONL line. */
export interface OpenedRow {
  readonly actionId: string;
  readonly createdAt: string;
  readonly organisationId: string;
  readonly campaign: { readonly id: string; readonly name: string };
  readonly page: { readonly id: string; readonly name: string; readonly locale: string };
  readonly actionType: string;
  readonly formSchema: string;
  readonly sealing: string;
  readonly keyId: string;
  readonly person: Person;
  readonly consent: {
    readonly purpose: string;
    readonly optIn: string;
    readonly wordingId: string;
    readonly wordingHash: string;
    readonly locale: string;
    readonly givenAt: string;
    /** "not-asked", "awaited", "confirmed" or "declined". What is awaited is not a yes. */
    readonly confirmation: string;
    readonly confirmedAt: string;
  };
  readonly tracking: RowTracking;
  readonly customFields: Readonly<Record<string, string>>;
  /** 0: the person's first in the campaign, which counts; else one of 1, 2, … (docs/protocol/counting.md §2). */
  readonly duplicateRank: number;
}

/** The row of a contact whose checks have all passed. */
export function createOpenedRow(contact: ContactSurroundings, person: Person): OpenedRow {
  const { consent } = contact;
  return {
    actionId: contact.action,
    createdAt: timeText(contact.createdAtMs),
    organisationId: contact.organisation,
    campaign: { id: contact.campaign, name: contact.campaignName },
    page: { id: contact.page, name: contact.pageName, locale: contact.pageLocale },
    actionType: contact.actionType,
    formSchema: contact.formSchema,
    sealing: contact.sealing,
    keyId: contact.publicKey.id,
    person,
    consent: {
      purpose: consent.purpose,
      optIn: consent.optIn,
      wordingId: consent.wordingId,
      wordingHash: consent.wordingHash,
      locale: consent.locale,
      givenAt: timeText(consent.givenAtMs),
      confirmation: consent.confirmation ?? "not-asked",
      confirmedAt: (consent.confirmedAtMs ?? 0) === 0 ? "" : timeText(consent.confirmedAtMs ?? 0),
    },
    tracking: contact.tracking,
    customFields: contact.customFields,
    duplicateRank: contact.duplicateRank ?? 0,
  };
}

/** ISO 8601 in UTC; "" for what is no time. */
function timeText(ms: number): string {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? "" : time.toISOString();
}

const hidden = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** A value as a line of JSON. Characters that reorder or hide text are escaped: the value is exact, and shows itself. */
export function encodeJsonLine(value: unknown): string {
  const json = JSON.stringify(value);
  return `${json.replace(hidden, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)}\n`;
}
