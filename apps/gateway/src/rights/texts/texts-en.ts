/** English. */
import type { RightsTexts } from "./texts.ts";

/** The English texts about rights. */
export const english: RightsTexts = {
  locale: "en",
  direction: "ltr",
  ask: {
    title: "What is held about you here?",
    paragraphs: [
      "Enter the email address that you signed with. If anything is held under it, we send a link to that address. The link shows which campaigns you signed and which organisations received it, and there you can have it deleted.",
      "Nobody but whoever reads that mailbox sees anything.",
    ],
    label: "Email address",
    problem: "Please check the address: it looks like name@example.org.",
    button: "Send me the link",
  },
  asked: {
    title: "Please look into your mailbox",
    text: "If anything is held under this address, a mail with a link is on its way. If none has come within an hour, look among the unwanted mails and ask once more. This page says the same to everybody, so that nobody can find out whether somebody else signed. Signatures that were locked in your own browser, on a page that sends no mails, cannot be found by address here: ask the organisation whose page you signed.",
  },
  noMails: {
    title: "Please ask the organisation",
    text: "This server sends no mails, so it cannot find out whether an address is yours. Write to the organisation whose page you signed: it can show you what it has, and delete it.",
  },
  held: {
    title: "This is held about you",
    text: "What you filled in is locked: this server cannot read it. Only the organisations named here can open it.",
    signed: ({ date, organisation }) => `Signed on ${date}, on a page of ${organisation}.`,
    unconfirmed: "Not confirmed yet: it does not count, and nobody has received it.",
    receiver: {
      yes: (name) => `${name} received what you filled in, and may write to you by email.`,
      awaited: (name) => `${name} received what you filled in. You have not confirmed yet that it may write to you.`,
      no: (name) => `${name} received what you filled in, and may not write to you by email.`,
      "not-asked": (name) => `${name} received what you filled in. Whether it may write to you was not asked.`,
    },
    save: "Save this list as a file (JSON)",
    deleteTitle: "Delete all of this?",
    deleteParagraphs: [
      "Everything listed here is deleted from this server, with your comments. The number of signatures stays, your name is no longer behind one of them. This cannot be undone.",
      "Every organisation that received your signature is told to delete its own copy as well.",
    ],
    yes: "Yes, delete all of this",
    no: "No, keep it",
    problem: "Please choose one of the two.",
    button: "Go on",
  },
  nothing: { title: "Nothing is held any more", text: "What this link led to has been deleted." },
  kept: {
    title: "Nothing was deleted",
    text: "Everything stays as it was. The link in your mail works until it expires, should you change your mind.",
  },
  deleted: {
    title: "It is deleted.",
    text: "The organisations that received your signature are told to delete their copies. For 30 days the server still recognises, without knowing your address, that this person was counted; then that is deleted, too.",
  },
  used: { title: "This link was used already", text: "What it led to has been deleted. There is nothing more to do." },
  invalid: {
    title: "This link does not work any more",
    text: "It is incomplete, or too old: links work for one day. You can ask for a new one.",
  },
  tooMany: { title: "Too many questions from this network", text: "Please try again in an hour." },
  unavailable: {
    title: "Please try again in a minute",
    text: "The server could not do this just now. Asking again does no harm.",
  },
  mail: {
    subject: (host) => `What is held about you at ${host}`,
    paragraphs: (host) => [
      `Somebody entered this email address on ${host}, to see which signatures are held under it.`,
      "The link shows them. There you can also have them deleted.",
    ],
    button: "Show what is held",
    notYou: "It was not you? Then do nothing: nobody else has seen anything, and nothing was changed.",
    footer:
      "This mail was sent automatically because this address was entered into the form. The server forgets the address as soon as the mail is sent.",
  },
};
