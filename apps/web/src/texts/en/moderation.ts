/** English: comments. */
import type { ModerationTexts } from "../moderation-texts.ts";

/** The texts. */
export const moderationTexts: ModerationTexts = {
  introduction:
    "Comments that people wrote when they signed. Only approved ones are shown to the public. Nothing here tells who wrote one.",
  campaign: "Campaign",
  needsCampaign: "There is no campaign yet, so there are no comments.",
  toCampaigns: "To the campaigns",
  filter: "Which comments",
  states: {
    awaiting: "Waiting",
    approved: "Approved",
    rejected: "Rejected",
  },
  approve: "Approve",
  reject: "Reject",
  takeBack: "Take the decision back",
  approved: "Approved: the comment is shown to the public.",
  rejected: "Rejected: the comment is not shown.",
  takenBack: "Taken back: the comment waits again.",
  undo: "Undo",
  none: "No comments here.",
  noneWaiting: "No comments wait for you.",
  writtenOn: (date, page) => `${date}, page ${page}`,
  keyboard: "With the keyboard: A approves and R rejects the comment that has the focus.",
  comment: (number) => `Comment ${number}`,
  more: "Show more",
};
