/** A campaign by its short name, as the organisation sees it. */
import type { Gateway } from "../gateway/gateway-client.ts";
import { UsageError } from "../terminal/errors.ts";

/** The campaign's id. Throws UsageError where the organisation has no part in a campaign of that name. */
export async function findCampaign({ organisations }: Pick<Gateway, "organisations">, name: string): Promise<string> {
  for (let pageToken = "", more = true; more; more = pageToken !== "") {
    const { campaigns, nextPageToken } = await organisations.listCampaigns({ pageToken });
    const found = campaigns.find((campaign) => campaign.name === name);
    if (found !== undefined) return found.id;
    pageToken = nextPageToken;
  }
  throw new UsageError("the organisation neither leads nor takes part in a campaign of that name");
}
