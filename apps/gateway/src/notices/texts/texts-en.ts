/** English. */
import type { NoticeTexts } from "./texts.ts";

/** The English texts of notices. */
export const english: NoticeTexts = {
  locale: "en",
  direction: "ltr",
  greeting: "Hello,",
  subjectOne: ({ organisation, event }) => `${organisation}: ${event}`,
  subjectMany: ({ organisation, count }) => `${organisation}: ${count} changes to know of`,
  intro: (organisation) => `Something changed for ${organisation} on its gateway:`,
  events: {
    "authority-changed": "the key authority was set or changed",
    "key-activated": "a key was activated",
    "key-imported": "a key was imported",
    "key-in-use-changed": "another key is in use than before",
    "key-retired": "a key was retired",
    "key-revoked": "a key was revoked",
    "notice-address-added": "an address for notices was entered",
    "notice-address-confirmed": "an address for notices was confirmed",
    "notice-address-removed": "an address for notices was removed",
    "person-erased": "a person was erased",
    "retention-changed": "the time after which persons are erased was changed",
    "token-made": "an access token was made",
    "token-revoked": "an access token was revoked",
    "webhook-changed": "where contacts are sent to was changed",
    "webhook-created": "contacts are sent to a new address",
    "webhook-removed": "contacts are no longer sent to an address",
    "webhook-suspended": "sending contacts to an address was stopped after many failures",
  },
  byToken: (label) => `with the token “${label}”`,
  byOperator: "by the operator of the gateway",
  byGateway: "noticed by the gateway itself",
  andMore: (count) => `and ${count} more: see the organisation pages.`,
  advice:
    "If one of you did this, there is nothing to do. If nobody did, revoke the tokens that you do not know and look at the audit log before you trust new contacts.",
  button: "Open the organisation pages",
  footer: (organisation) =>
    `This mail was sent automatically because this address is told of changes that matter for the safety of ${organisation}. Your colleagues can take it off the list.`,
  confirm: {
    subject: (organisation) => `${organisation}: notices to this address?`,
    intro: (organisation) => [
      `${organisation} entered this address to be told of changes to its keys, its access tokens and its settings.`,
      "If you work there, please confirm it. Otherwise do nothing: no further mail follows.",
    ],
    button: "Confirm this address",
    footer: (organisation) =>
      `This mail was sent automatically, once, because ${organisation} entered this address. Without your confirmation it is deleted after seven days.`,
    expires: (date) => `The link works until ${date}.`,
    title: (organisation) => `Notices of ${organisation} to your address?`,
    question: () => "You will be told of changes to keys, access tokens and settings.",
    doneTitle: "Thank you!",
    doneText: (organisation) => `Your address is told of changes from now on. The others of ${organisation} were told.`,
  },
};
