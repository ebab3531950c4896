/**
 * Contacts as Proca's queue delivers them, version 2 (docs/protocol/proca.md §6): what reads that queue reads these lines.
 * Ids are our text forms, where Proca has numbers.
 */
import type { Person } from "../person.ts";
import type { OpenedRow } from "./opened-row.ts";

/** A contact as it was sealed; bytes are base64url. */
export interface ProcaPersonalInfo {
  readonly payload: string;
  readonly nonce: string;
  readonly encryptKey: ProcaKey;
  readonly signKey: ProcaKey;
}

/** A public key beside its id. */
export interface ProcaKey {
  readonly id: string;
  readonly public: string;
}

/** The person in clear, or sealed. */
export type ProcaContent =
  | { readonly kind: "opened"; readonly person: Person }
  | { readonly kind: "sealed"; readonly personalInfo: ProcaPersonalInfo };

/** One message of the queue; its members, in this order, are the members of a line. */
export interface ProcaMessage {
  readonly schema: "proca:action:2";
  readonly stage: "deliver";
  readonly actionId: string;
  readonly actionPageId: string;
  readonly campaignId: string;
  readonly orgId: string;
  readonly action: {
    readonly actionType: string;
    readonly customFields: Readonly<Record<string, string>>;
    readonly createdAt: string;
    readonly testing: false;
  };
  readonly actionPage: {
    readonly locale: string;
    readonly name: string;
    readonly thankYouTemplate: null;
    readonly thankYouTemplateRef: null;
    readonly supporterConfirmTemplate: null;
  };
  readonly campaign: {
    readonly name: string;
    readonly title: string;
    readonly externalId: null;
    readonly contactSchema: "basic" | "eci";
  };
  /** Who receives. */
  readonly org: ProcaOrganisation;
  /** With a person in clear, the person's fields stand beside these. */
  readonly contact: Readonly<Record<string, Person[string] | number | null>>;
  readonly personalInfo: ProcaPersonalInfo | null;
  readonly privacy: {
    /** Null where the person was not asked. */
    readonly optIn: boolean | null;
    readonly givenAt: string;
    /** After double opt-in, or its refusal. */
    readonly emailStatus: "double_opt_in" | "unsub" | null;
    readonly emailStatusChanged: string | null;
    readonly withConsent: true;
  };
  readonly tracking: OpenedRow["tracking"] | null;
}

/** The organisation that receives a contact. */
export interface ProcaOrganisation {
  readonly name: string;
  readonly title: string;
}

/** What a message is made of. */
export interface ProcaMessageInput {
  readonly row: Omit<OpenedRow, "person" | "keyId">;
  readonly receiver: ProcaOrganisation;
  readonly content: ProcaContent;
}

/** The message of a contact. The reference of the person is the action's id: none that links the person's actions exists. */
export function createProcaMessage({ row, receiver, content }: ProcaMessageInput): ProcaMessage {
  const { actionId, campaign, page, consent, tracking } = row;
  const person = content.kind === "opened" ? content.person : {};
  const emailStatus = emailStatuses.get(consent.confirmation) ?? null;
  const isTracked = Object.values<string>({ ...tracking }).some((text) => text !== "");
  return {
    schema: "proca:action:2",
    stage: "deliver",
    actionId,
    actionPageId: page.id,
    campaignId: campaign.id,
    orgId: row.organisationId,
    action: { actionType: row.actionType, customFields: row.customFields, createdAt: row.createdAt, testing: false },
    actionPage: {
      locale: page.locale,
      name: page.name,
      thankYouTemplate: null,
      thankYouTemplateRef: null,
      supporterConfirmTemplate: null,
    },
    campaign: {
      name: campaign.name,
      title: campaign.name,
      externalId: null,
      contactSchema: row.formSchema === "eci/1" ? "eci" : "basic",
    },
    org: { name: receiver.name, title: receiver.title },
    contact: { ...person, contactRef: actionId, dupeRank: row.duplicateRank },
    personalInfo: content.kind === "sealed" ? content.personalInfo : null,
    privacy: {
      optIn: optInOf(consent),
      givenAt: consent.givenAt,
      emailStatus,
      emailStatusChanged: emailStatus === null ? null : consent.confirmedAt,
      withConsent: true,
    },
    tracking: isTracked ? tracking : null,
  };
}

const emailStatuses: ReadonlyMap<string, "double_opt_in" | "unsub"> = new Map([
  ["confirmed", "double_opt_in"],
  ["declined", "unsub"],
]);

/** A yes that was declined by mail, or whose confirmation is still awaited, is none. */
function optInOf({ optIn, confirmation }: OpenedRow["consent"]): boolean | null {
  if (optIn === "yes") return confirmation === "not-asked" || confirmation === "confirmed";
  return optIn === "no" ? false : null;
}
