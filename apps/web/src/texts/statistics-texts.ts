/** Texts about statistics. */

/** Texts of statistics. */
export interface StatisticsTexts {
  readonly introduction: string;
  readonly campaign: string;
  readonly needsCampaign: string;
  readonly toCampaigns: string;
  readonly counted: string;
  readonly duplicates: string;
  readonly duplicatesHint: string;
  readonly ownPages: string;
  readonly none: string;
  readonly days: string;
  readonly daysSummary: (first: string, last: string, day: string, count: string) => string;
  readonly gaps: string;
  readonly asTable: string;
  readonly pages: string;
  readonly areas: string;
  readonly areasHint: string;
  readonly regionsOf: (country: string) => string;
  readonly noRegion: string;
  readonly unknownArea: string;
  readonly sources: string;
  readonly sourcesHint: string;
  readonly noSource: string;
  readonly otherSources: string;
  readonly name: string;
  readonly day: string;
  readonly share: string;
  readonly notShown: (count: string) => string;
  readonly recountTitle: string;
  readonly recountHint: string;
  readonly recount: string;
  readonly recounting: string;
  readonly recountedSame: (count: string) => string;
  readonly recountedOther: (after: string, before: string, corrected: string) => string;
}
