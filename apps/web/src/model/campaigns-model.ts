/** The campaigns of an organisation, and what can be done with them. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { decodeTextForm } from "@coterie/bytes";
import type { Campaign } from "@coterie/protocol";
import { listAll } from "../gateway/list-all.ts";
import type { SignedIn } from "../session/session.ts";
import { type Attempt, createAttempt } from "./attempt.ts";
import { createResource, type Resource } from "./resource.ts";

/** What a new campaign is made from. */
export interface NewCampaign {
  readonly title: string;
  readonly name: string;
  readonly formSchema: string;
  readonly forcesDelivery: boolean;
}

/** What happened last, for whoever does not see the list. */
export type CampaignNews = { readonly kind: "created" | "opened" | "closed" | "allowed"; readonly title: string };

/** The campaigns. */
export interface CampaignsModel {
  readonly list: Resource<readonly Campaign[]>;
  readonly create: Attempt<NewCampaign, void>;
  readonly setOpen: Attempt<{ readonly campaign: Campaign; readonly open: boolean }, void>;
  readonly allow: Attempt<{ readonly campaign: Campaign; readonly organisationId: string }, void>;
  readonly news: ReadonlySignal<CampaignNews | undefined>;
}

/** Campaigns that are not loaded yet. */
export function createCampaignsModel({ organisations }: Pick<SignedIn, "organisations">): CampaignsModel {
  const news = signal<CampaignNews | undefined>();
  const list = createResource(() =>
    listAll(async (pageToken) => {
      const { campaigns, nextPageToken } = await organisations.listCampaigns({ pageSize: 0, pageToken });
      return { entries: campaigns, nextPageToken };
    }),
  );
  return {
    list,
    news,
    create: createAttempt(async (input) => {
      await organisations.createCampaign(input);
      news.value = { kind: "created", title: input.title };
      await list.reload();
    }),
    setOpen: createAttempt(async ({ campaign, open }) => {
      await organisations.updateCampaign({ campaignId: campaign.id, open });
      news.value = { kind: open ? "opened" : "closed", title: campaign.title };
      await list.reload();
    }),
    allow: createAttempt(async ({ campaign, organisationId }) => {
      await organisations.allowPartner({ campaignId: campaign.id, organisationId: organisationId.trim() });
      news.value = { kind: "allowed", title: campaign.title };
    }),
  };
}

/** Whether the text is an organisation's id. */
export function isOrganisationId(text: string): boolean {
  try {
    decodeTextForm("corg", text, { lengthBytes: 16 });
    return true;
  } catch {
    return false;
  }
}
