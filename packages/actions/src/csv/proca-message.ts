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
  readonly actionPage: { readonly locale: string; readonly name: string };
  readonly campaign: {
    readonly name: string;
    readonly title: string;
    readonly externalId: null;
    readonly contactSchema: "basic" | "eci";
  };
  /** With a person in clear, the person's fields stand beside these. */
  readonly contact: Readonly<Record<string, Person[string] | number | null>>;
  readonly personalInfo: ProcaPersonalInfo | null;
  readonly privacy: {
    /** Null where the person was not asked. */
    readonly optIn: boolean | null;
    readonly givenAt: string;
    readonly emailStatus: null;
    readonly emailStatusChanged: null;
    readonly withConsent: true;
  };
  readonly tracking: OpenedRow["tracking"] | null;
}

/** The message of a contact. The reference of the person is the action's id: none that links the person's actions exists. */
export function createProcaMessage(row: Omit<OpenedRow, "person" | "keyId">, content: ProcaContent): ProcaMessage {
  const { actionId, campaign, page, consent, tracking } = row;
  const person = content.kind === "opened" ? content.person : {};
  const isTracked = Object.values<string>({ ...tracking }).some((text) => text !== "");
  return {
    schema: "proca:action:2",
    stage: "deliver",
    actionId,
    actionPageId: page.id,
    campaignId: campaign.id,
    orgId: row.organisationId,
    action: { actionType: row.actionType, customFields: row.customFields, createdAt: row.createdAt, testing: false },
    actionPage: { locale: page.locale, name: page.name },
    campaign: {
      name: campaign.name,
      title: campaign.name,
      externalId: null,
      contactSchema: row.formSchema === "eci/1" ? "eci" : "basic",
    },
    contact: { ...person, contactRef: actionId, dupeRank: 0 },
    personalInfo: content.kind === "sealed" ? content.personalInfo : null,
    privacy: {
      optIn: consent.optIn === "yes" ? true : consent.optIn === "no" ? false : null,
      givenAt: consent.givenAt,
      emailStatus: null,
      emailStatusChanged: null,
      withConsent: true,
    },
    tracking: isTracked ? tracking : null,
  };
}
