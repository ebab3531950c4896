/** English: statistics. */
import type { StatisticsTexts } from "../statistics-texts.ts";

/** The texts. */
export const statisticsTexts: StatisticsTexts = {
  introduction:
    "How many signed, when, where and by which way. Nobody can be recognised in it: small numbers are not shown.",
  campaign: "Campaign",
  needsCampaign: "There is no campaign yet, so there is nothing to count.",
  toCampaigns: "To the campaigns",
  counted: "Persons",
  duplicates: "Signed again",
  duplicatesHint: "People who sign again are delivered and counted once.",
  ownPages: "These are the numbers of your own pages. The whole campaign’s are its leader’s.",
  none: "Nobody has signed yet.",
  days: "Day by day",
  daysSummary: (first, last, day, count) => `From ${first} to ${last}; most on ${day}: ${count}.`,
  gaps: "A gap is a day with fewer than 5 signatures, or none. Days are counted in UTC.",
  asTable: "As a table",
  pages: "By page",
  areas: "By country and region",
  areasHint: "From the postal codes that people gave. Open a country to see its regions.",
  regionsOf: (country) => `Regions: ${country}`,
  noRegion: "No region given",
  unknownArea: "Not given",
  sources: "By source",
  sourcesHint: "What the links said by which people came (utm_source).",
  noSource: "No source named",
  otherSources: "Further sources",
  name: "Name",
  day: "Day",
  share: "Share",
  notShown: (count) =>
    `Not shown: ${count}. Rows below 5 are hidden, and sometimes a further one, so that no hidden number can be worked out from the others.`,
  recountTitle: "Count again",
  recountHint: "Counts all signatures of the campaign anew and corrects every number that differs.",
  recount: "Count again",
  recounting: "Counting…",
  recountedSame: (count) => `Counted: ${count}. Every number was right.`,
  recountedOther: (after, before, corrected) => `Counted: ${after}, before ${before}; numbers corrected: ${corrected}.`,
};
