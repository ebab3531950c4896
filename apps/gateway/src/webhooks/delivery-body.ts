/** What is posted: the organisation's stream from one number to another, in the shape that was chosen (docs/protocol/webhooks.md §2). */
import { create, toJsonString } from "@bufbuild/protobuf";
import { type ContactSurroundings, createOpenedRow, createProcaMessage } from "@coterie/actions/csv";
import { encodeBase64Url, encodeTextForm, encodeUtf8 } from "@coterie/bytes";
import { WebhookDeliverySchema } from "@coterie/protocol";
import { deriveKeyId } from "@coterie/sealed-box/seal";
import { toContactMessage, toEventMessage } from "../contacts/contact-message.ts";
import { type DeliveredContact, type Delivery, readDelivery } from "../contacts/contacts.ts";
import type { DeliveryEventTable } from "../db/mail-schema.ts";
import type { StoredOptIn } from "../db/schema.ts";
import type { WebhookTable } from "../db/webhook-schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { encodeId } from "../ids.ts";

type Deps = Pick<GatewayDeps, "db" | "primitives" | "now">;

/** Whose, and which numbers. */
export interface BodyInput {
  readonly webhook: Pick<WebhookTable, "id" | "organisation_id" | "shape">;
  readonly firstSequence: number;
  readonly lastSequence: number;
}

/** The body; undefined where all that was numbered is gone. */
export async function createDeliveryBody(
  deps: Deps,
  { webhook, firstSequence, lastSequence }: BodyInput,
): Promise<Uint8Array | undefined> {
  const delivery = await readDelivery(deps, {
    organisationId: webhook.organisation_id,
    after: firstSequence - 1,
    upTo: lastSequence,
    // Each number is one contact or one event.
    size: lastSequence - firstSequence + 1,
  });
  if (delivery.contacts.length === 0 && delivery.events.length === 0) return undefined;
  if (webhook.shape === "proca") return await createProcaBody(deps, delivery);
  return encodeDelivery(webhook, {
    type: "contacts",
    contacts: delivery.contacts.map((contact) => toContactMessage(deps, contact)),
    events: delivery.events.map(toEventMessage),
    cursor: String(lastSequence),
  });
}

/** The body of a test, which brings nothing. */
export function createTestBody({ now }: Pick<Deps, "now">, webhook: BodyInput["webhook"]): Uint8Array {
  if (webhook.shape === "coterie")
    return encodeDelivery(webhook, { type: "test", contacts: [], events: [], cursor: "" });
  return encodeJson({ schema: "proca:event:2", eventType: "test", timestamp: timeText(now()) });
}

type DeliveryParts = Pick<
  Parameters<typeof create<typeof WebhookDeliverySchema>>[1] & object,
  "type" | "contacts" | "events" | "cursor"
>;

function encodeDelivery({ id, organisation_id }: BodyInput["webhook"], parts: DeliveryParts): Uint8Array {
  const message = create(WebhookDeliverySchema, {
    ...parts,
    organisationId: encodeId("corg", organisation_id),
    webhookId: encodeId("cweb", id),
  });
  return encodeUtf8(toJsonString(WebhookDeliverySchema, message));
}

async function createProcaBody(deps: Deps, { contacts, events }: Delivery): Promise<Uint8Array | undefined> {
  const [contact] = contacts;
  if (contact !== undefined) return encodeJson(await procaMessage(deps, contact));
  const [event] = events;
  return event === undefined ? undefined : encodeJson(procaEvent(event));
}

async function procaMessage(deps: Deps, contact: DeliveredContact): Promise<unknown> {
  const receiver = await deps.db
    .selectFrom("organisations")
    .select(["name", "title"])
    .where("id", "=", contact.organisation_id)
    .executeTakeFirstOrThrow();
  const surroundings = surroundingsOf(contact);
  const personalInfo = {
    payload: encodeBase64Url(contact.payload),
    nonce: encodeBase64Url(contact.nonce),
    encryptKey: { id: surroundings.publicKey.id, public: encodeBase64Url(contact.public) },
    signKey: { id: deriveKeyId(deps.primitives, contact.sign_key), public: encodeBase64Url(contact.sign_key) },
  };
  const content = { kind: "sealed", personalInfo } as const;
  return createProcaMessage({ row: createOpenedRow(surroundings, {}), receiver, content });
}

const optInText: { readonly [Answer in StoredOptIn]: string } = { 0: "no", 1: "yes", 2: "not-asked" };

function surroundingsOf(contact: DeliveredContact): ContactSurroundings {
  const { tracking } = contact;
  return {
    action: encodeId("cact", contact.action_id),
    campaign: encodeId("ccam", contact.campaign_id),
    page: encodeId("cpag", contact.page_id),
    organisation: encodeId("corg", contact.organisation_id),
    createdAtMs: contact.created_at_ms,
    sealing: contact.sealing,
    publicKey: { id: encodeTextForm("ckey", contact.key_id) },
    consent: {
      purpose: contact.consent_purpose,
      optIn: optInText[contact.consent_opt_in],
      wordingId: contact.consent_wording_id,
      wordingHash: encodeBase64Url(contact.consent_wording_hash),
      locale: contact.consent_locale,
      givenAtMs: contact.consent_given_at_ms,
      confirmation: contact.confirmation,
      confirmedAtMs: contact.confirmation_at_ms ?? 0,
    },
    formSchema: contact.form_schema,
    actionType: contact.action_type,
    campaignName: contact.campaign_name,
    pageName: contact.page_name,
    pageLocale: contact.page_locale,
    customFields: contact.custom_fields,
    duplicateRank: contact.duplicate_rank,
    tracking: {
      source: tracking["source"] ?? "",
      medium: tracking["medium"] ?? "",
      campaign: tracking["campaign"] ?? "",
      content: tracking["content"] ?? "",
      location: tracking["location"] ?? "",
    },
  };
}

const emailStatus: Readonly<Record<string, string>> = {
  "newsletter-confirmed": "double_opt_in",
  "newsletter-declined": "unsub",
};

/** What Proca has no word for keeps ours as its type. */
function procaEvent({ action_id, kind, at_ms }: DeliveryEventTable): unknown {
  const status = Object.hasOwn(emailStatus, kind) ? emailStatus[kind] : undefined;
  const actionId = encodeId("cact", action_id);
  const atText = timeText(at_ms);
  return {
    schema: "proca:event:2",
    eventType: status === undefined ? kind : "email_status",
    timestamp: atText,
    actionId,
    supporter: {
      contact: { contactRef: actionId },
      privacy: status === undefined ? {} : { emailStatus: status, emailStatusChanged: atText },
      personalInfo: null,
    },
  };
}

function encodeJson(value: unknown): Uint8Array {
  return encodeUtf8(JSON.stringify(value));
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
