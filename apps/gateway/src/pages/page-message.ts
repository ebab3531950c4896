/** A page as it travels. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type ActionPageSchema, Sealing } from "@coterie/protocol";
import type { StoredSealing } from "../db/schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import type { PageTruth } from "./page-truth.ts";

/** The wire form of a page, with the key that pins this gateway. */
export function toPageMessage(
  { secrets }: Pick<GatewayDeps, "secrets">,
  { view, organisations, embedOrigins, mails }: PageTruth,
): MessageInitShape<typeof ActionPageSchema> {
  return {
    id: view.id,
    name: view.name,
    locale: view.locale,
    campaignId: view.campaignId,
    campaignTitle: view.campaignTitle,
    sealing: toSealingMessage(view.sealing),
    formSchema: view.formSchema,
    requiredFields: [...view.requiredFields],
    actionType: view.actionType,
    pageOrganisationId: view.pageOrganisationId,
    leadOrganisationId: view.leadOrganisationId,
    pageDelivers: view.pageDelivers,
    campaignForcesDelivery: view.campaignForcesDelivery,
    receivers: view.receivers.map(({ organisationId, organisationName, publicKey, asksOptIn }) => {
      const keyLog = organisations.find(({ idText }) => idText === organisationId)?.keyLog;
      return {
        organisationId,
        organisationName,
        asksOptIn,
        confirmsOptIn: mails.newsletterConfirmers.has(organisationId),
        keyLog: [...(keyLog?.entries ?? [])],
        keyLogId: keyLog?.id ?? "",
        ...(publicKey === undefined ? {} : { publicKey: { id: publicKey.id, public: publicKey.public } }),
      };
    }),
    accepting: view.accepting,
    gatewaySigningKey: secrets.signing.publicKey,
    description: view.description,
    wantsMailBox: mails.confirmsSupporter || mails.thankYou,
    requiresMailBox: mails.confirmsSupporter,
    embedOrigins: [...embedOrigins],
  };
}

/** The wire form of where a page seals. */
export function toSealingMessage(sealing: StoredSealing): Sealing {
  return sealing === "browser" ? Sealing.BROWSER : Sealing.GATEWAY;
}

/** Where a page shall seal. Throws RefusedError "invalid" where the request does not say: there is no default. */
export function fromSealingMessage(sealing: Sealing): StoredSealing {
  if (sealing === Sealing.BROWSER) return "browser";
  if (sealing === Sealing.GATEWAY) return "gateway";
  throw new RefusedError("invalid");
}
