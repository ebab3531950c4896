/** The numbers of a campaign. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { GetStatisticsResponse } from "@coterie/protocol";
import { type Attempt, createAttempt } from "../model/attempt.ts";
import { createResource, type Resource } from "../model/resource.ts";
import type { SignedIn } from "../session/session.ts";

/** What counting again found. */
export interface Recount {
  readonly before: number;
  readonly after: number;
  readonly corrected: number;
}

/** Numbers, and whose they are. */
export interface CampaignNumbers {
  readonly campaignId: string;
  readonly numbers: GetStatisticsResponse;
}

/** The numbers of the campaign that is looked at. */
export interface StatisticsModel {
  readonly campaignId: ReadonlySignal<string | undefined>;
  /** With the campaign that they are of: while another one is loaded, these are still there. */
  readonly numbers: Resource<CampaignNumbers | undefined>;
  readonly look: (campaignId: string) => Promise<void>;
  readonly recount: Attempt<void, Recount>;
}

/** Nothing is looked at yet. */
export function createStatisticsModel({ statistics }: Pick<SignedIn, "statistics">): StatisticsModel {
  const campaignId = signal<string | undefined>();
  const numbers = createResource(async (): Promise<CampaignNumbers | undefined> => {
    const { value } = campaignId;
    if (value === undefined) return undefined;
    return { campaignId: value, numbers: await statistics.getStatistics({ campaignId: value }) };
  });
  const recount = createAttempt(async (): Promise<Recount> => {
    const { before, after, corrected } = await statistics.recountCampaign({ campaignId: campaignId.value ?? "" });
    await numbers.reload();
    return { before: Number(before), after: Number(after), corrected };
  });
  return {
    campaignId,
    numbers,
    recount,
    async look(wanted) {
      campaignId.value = wanted;
      recount.reset();
      await numbers.reload();
    },
  };
}
