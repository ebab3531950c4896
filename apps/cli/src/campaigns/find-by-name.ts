/** Campaigns and pages by the short names that people know them by. */
import type { ActionPage, Campaign } from "@coterie/protocol";
import type { Gateway } from "../gateway/gateway-client.ts";
import { UsageError } from "../terminal/errors.ts";

type Organisations = Pick<Gateway, "organisations">;

/** All campaigns that the organisation leads or takes part in. */
export async function listAllCampaigns({ organisations }: Organisations): Promise<readonly Campaign[]> {
  const all: Campaign[] = [];
  for (let pageToken = "", more = true; more; more = pageToken !== "") {
    const { campaigns, nextPageToken } = await organisations.listCampaigns({ pageToken });
    all.push(...campaigns);
    pageToken = nextPageToken;
  }
  return all;
}

/** All pages that the organisation runs. */
export async function listAllPages({ organisations }: Organisations): Promise<readonly ActionPage[]> {
  const all: ActionPage[] = [];
  for (let pageToken = "", more = true; more; more = pageToken !== "") {
    const { pages, nextPageToken } = await organisations.listActionPages({ pageToken });
    all.push(...pages);
    pageToken = nextPageToken;
  }
  return all;
}

/** The campaign of that name. Throws UsageError. */
export async function findCampaign(gateway: Organisations, name: string): Promise<Campaign> {
  const found = (await listAllCampaigns(gateway)).find((campaign) => campaign.name === name);
  if (found === undefined) throw new UsageError("the organisation has no campaign of that name");
  return found;
}

/** The page of that name. Throws UsageError. */
export async function findPage(gateway: Organisations, name: string): Promise<ActionPage> {
  const found = (await listAllPages(gateway)).find((page) => page.name === name);
  if (found === undefined) throw new UsageError("the organisation runs no page of that name");
  return found;
}
