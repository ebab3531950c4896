/** A contact as it travels to the organisation it is sealed for. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { encodeTextForm } from "@coterie/bytes";
import { ConsentConfirmation, type ContactSchema, type DeliveryEventSchema, OptIn } from "@coterie/protocol";
import { deriveKeyId } from "@coterie/sealed-box/seal";
import type { DeliveryEventTable } from "../db/mail-schema.ts";
import type { ConsentConfirmationState, StoredOptIn } from "../db/schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { encodeId } from "../ids.ts";
import { toSealingMessage } from "../pages/page-message.ts";
import type { DeliveredContact } from "./contacts.ts";

const optInMessage: { readonly [Answer in StoredOptIn]: OptIn } = { 0: OptIn.NO, 1: OptIn.YES, 2: OptIn.NOT_ASKED };

/** The wire form of a contact. */
export function toContactMessage(
  { primitives }: Pick<GatewayDeps, "primitives">,
  contact: DeliveredContact,
): MessageInitShape<typeof ContactSchema> {
  return {
    actionId: encodeId("cact", contact.action_id),
    campaignId: encodeId("ccam", contact.campaign_id),
    pageId: encodeId("cpag", contact.page_id),
    organisationId: encodeId("corg", contact.organisation_id),
    payload: contact.payload,
    nonce: contact.nonce,
    publicKey: { id: encodeTextForm("ckey", contact.key_id), public: contact.public },
    signKey: { id: deriveKeyId(primitives, contact.sign_key), public: contact.sign_key },
    commitment: contact.commitment,
    sealing: toSealingMessage(contact.sealing),
    createdAtMs: BigInt(contact.created_at_ms),
    headerSignature: contact.header_signature,
    consent: {
      organisationId: encodeId("corg", contact.organisation_id),
      purpose: contact.consent_purpose,
      optIn: optInMessage[contact.consent_opt_in],
      wordingId: contact.consent_wording_id,
      wordingHash: contact.consent_wording_hash,
      locale: contact.consent_locale,
      givenAtMs: BigInt(contact.consent_given_at_ms),
    },
    actionType: contact.action_type,
    customFields: { ...contact.custom_fields },
    tracking: { ...contact.tracking },
    campaignName: contact.campaign_name,
    pageName: contact.page_name,
    pageLocale: contact.page_locale,
    formSchema: contact.form_schema,
    consentConfirmation: confirmationMessage[contact.confirmation],
    consentConfirmedAtMs: BigInt(contact.confirmation_at_ms ?? 0),
    confirmedAtMs: BigInt(contact.confirmed_at_ms ?? 0),
    duplicateRank: contact.duplicate_rank,
  };
}

const confirmationMessage: { readonly [State in ConsentConfirmationState]: ConsentConfirmation } = {
  "not-asked": ConsentConfirmation.NOT_ASKED,
  awaited: ConsentConfirmation.AWAITED,
  confirmed: ConsentConfirmation.CONFIRMED,
  declined: ConsentConfirmation.DECLINED,
};

/** An event as it travels. */
export function toEventMessage({
  action_id,
  kind,
  at_ms,
}: DeliveryEventTable): MessageInitShape<typeof DeliveryEventSchema> {
  return { actionId: encodeId("cact", action_id), kind, atMs: BigInt(at_ms) };
}
