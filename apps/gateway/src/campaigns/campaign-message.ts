/** A campaign as it travels. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CampaignSchema } from "@coterie/protocol";
import { encodeId } from "../ids.ts";
import type { CountedCampaign } from "./campaigns.ts";

/** The wire form of a campaign. */
export function toCampaignMessage(campaign: CountedCampaign): MessageInitShape<typeof CampaignSchema> {
  return {
    id: encodeId("ccam", campaign.id),
    name: campaign.name,
    title: campaign.title,
    leadOrganisationId: encodeId("corg", campaign.lead_organisation_id),
    forcesDelivery: campaign.forces_delivery,
    open: campaign.open,
    formSchema: campaign.form_schema,
    counter: BigInt(campaign.actions),
  };
}
