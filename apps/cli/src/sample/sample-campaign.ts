/** The sample's campaign and pages: found by name, or made. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ActionPage,
  Campaign,
  CreateActionPageRequestSchema,
  CreateCampaignRequestSchema,
} from "@coterie/protocol";
import type { Gateway } from "../gateway/gateway-client.ts";
import { GatewayMisbehavedError } from "../terminal/errors.ts";

type Organisations = Pick<Gateway, "organisations">;

/** The campaign of that name that the organisation leads. */
export async function ensureCampaign(
  { organisations }: Organisations,
  wanted: MessageInitShape<typeof CreateCampaignRequestSchema> & { readonly name: string },
): Promise<Campaign> {
  for (let pageToken = ""; ; ) {
    const { campaigns, nextPageToken } = await organisations.listCampaigns({ pageToken });
    const found = campaigns.find(({ name }) => name === wanted.name);
    if (found !== undefined) return found;
    if (nextPageToken === "") break;
    pageToken = nextPageToken;
  }
  const { campaign } = await organisations.createCampaign(wanted);
  if (campaign === undefined) throw new GatewayMisbehavedError("the gateway made no campaign");
  return campaign;
}

/** Lets the partner run pages. Harmless when repeated. */
export async function ensurePartner(
  { organisations }: Organisations,
  wanted: { readonly campaignId: string; readonly organisationId: string },
): Promise<void> {
  await organisations.allowPartner(wanted);
}

/** The page of that name that the organisation runs. */
export async function ensurePage(
  { organisations }: Organisations,
  wanted: MessageInitShape<typeof CreateActionPageRequestSchema> & { readonly name: string },
): Promise<ActionPage> {
  for (let pageToken = ""; ; ) {
    const { pages, nextPageToken } = await organisations.listActionPages({ pageToken });
    const found = pages.find(({ name }) => name === wanted.name);
    if (found !== undefined) return found;
    if (nextPageToken === "") break;
    pageToken = nextPageToken;
  }
  const { page } = await organisations.createActionPage(wanted);
  if (page === undefined) throw new GatewayMisbehavedError("the gateway made no page");
  return page;
}
