/** English: what persons may ask for, and retention. */
import type { RightsTexts } from "../rights-texts.ts";

/** The texts. */
export const rightsTexts: RightsTexts = {
  introduction: "What persons may ask of you by law, and how long you keep them.",
  findTitle: "A person asks",
  findHint:
    "Enter the address that they signed with. The gateway finds what your organisation received; it can open none of it. It writes down that somebody was looked up, not who.",
  email: "E-mail address",
  find: "Find",
  none: "Nothing was found under this address. Where signatures are sealed in the browser without mails, the gateway knows no address: search on your premises, with the command line.",
  found: (count) => `Found: ${count}`,
  campaign: "Campaign",
  page: "Page",
  signed: "Signed",
  consent: "Consent",
  optIns: {
    yes: "yes",
    no: "no",
    "not-asked": "not asked",
  },
  confirmations: {
    awaited: "awaiting confirmation",
    confirmed: "confirmed by mail",
    declined: "declined by mail",
  },
  proof: "Save as proof of consent (CSV)",
  eraseTitle: "Erase this person",
  eraseHint:
    "Their sealed contacts are destroyed, and your systems are told to delete their copies. The count of signatures stays. It cannot be undone.",
  reachOwn: "What our organisation received",
  reachCampaigns: "Also what others received, in campaigns that we lead",
  typeAgain: "Type the address again",
  differs: "This is another address than the one above.",
  erase: "Erase for good",
  erased: (count) => `Erased: ${count}. Systems that pull or take deliveries are told.`,
  copies: "Copies outside of the gateway (files that you saved, spreadsheets) you have to delete yourself.",
  retentionTitle: "How long campaigns keep persons",
  retentionHint:
    "Counted from the day on which a campaign is closed. Then its contacts are deleted; the count stays. Pull them before.",
  noCampaigns: "No campaigns yet.",
  days: "Days after the end; 0 keeps them until somebody erases",
  kept: (count) => `Persons kept now: ${count}`,
  deletesOn: (date) => `They are deleted on ${date}, not before.`,
  byLead: (days) => `Decided by the campaign’s leader: ${days} days.`,
  byLeadNone: "The campaign’s leader set no time.",
  save: "Save",
  saved: "Saved.",
  undo: "Undo",
};
