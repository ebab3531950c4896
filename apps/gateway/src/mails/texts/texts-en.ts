/** English. */
import type { MailTexts } from "./texts.ts";

/** The English texts of mails. */
export const english: MailTexts = {
  locale: "en",
  direction: "ltr",
  greeting: (name) => `Hello ${name},`,
  greetingWithoutName: "Hello,",
  kinds: {
    "confirm-supporter": {
      subject: ({ campaign }) => `Please confirm: ${campaign}`,
      intro: ({ campaign, organisation }) => [
        `Somebody signed “${campaign}” with this email address, on a page of ${organisation}.`,
        "If it was you, please confirm it. Only then does your signature count.",
      ],
      button: "Confirm my signature",
    },
    reminder: {
      subject: ({ campaign }) => `Still to be confirmed: ${campaign}`,
      intro: ({ campaign, organisation }) => [
        `Some days ago you signed “${campaign}” on a page of ${organisation}, but did not confirm it yet.`,
        "Without your confirmation the signature does not count, and it will be deleted.",
      ],
      button: "Confirm my signature",
    },
    "confirm-newsletter": {
      subject: ({ organisation }) => `May ${organisation} write to you?`,
      intro: ({ campaign, organisation }) => [
        `On the form “${campaign}” somebody said that ${organisation} may write to this email address.`,
        "If it was you, please confirm it.",
      ],
      button: "Yes, write to me",
    },
    "thank-you": {
      subject: ({ campaign }) => `Thank you for signing: ${campaign}`,
      intro: ({ campaign }) => [
        `Your signature under “${campaign}” is in. Thank you!`,
        "Every further one helps: please pass it on.",
      ],
      button: "Pass it on",
    },
  },
  alsoNewsletter: (names) => `With it you also confirm that ${names} may write to you by email.`,
  readers: (names) => `What you filled in can be opened by ${names} and nobody else.`,
  notYou: "It was not you?",
  notYouLink: "Delete this signature",
  noNewsletter: "It was not you, or you changed your mind?",
  noNewsletterLink: "Do not write to me",
  copyLink: "If the button does not work, copy this address into your browser:",
  expires: (date) => `The link works until ${date}.`,
  footer: (organisation) =>
    `This mail was sent automatically because this address was entered into a form of ${organisation}. The server keeps the address locked, and only until its last mail to you is sent.`,
  rights: "See or delete what is held of you",
  decisions: {
    "confirm-supporter": {
      title: () => "Confirm your signature",
      text: ({ campaign, organisation }) => `You signed “${campaign}” on a page of ${organisation}. Was it you?`,
      button: "Yes, confirm my signature",
      doneTitle: "Thank you! Your signature counts.",
      doneText: ({ campaign }) => `You confirmed your signature under “${campaign}”.`,
    },
    "reject-supporter": {
      title: () => "You did not sign?",
      text: ({ campaign }) =>
        `Somebody signed “${campaign}” with your email address. If it was not you, delete the signature.`,
      button: "Delete this signature",
      doneTitle: "The signature is deleted.",
      doneText: ({ campaign }) =>
        `It never counted under “${campaign}”, and nobody received it. Your address was deleted with it.`,
    },
    "confirm-newsletter": {
      title: ({ organisation }) => `May ${organisation} write to you by email?`,
      text: ({ campaign }) => `You said so on the form “${campaign}”. Was it you?`,
      button: "Yes, write to me",
      doneTitle: "Thank you!",
      doneText: ({ organisation }) =>
        `${organisation} may write to you by email. You can take that back in any of its mails.`,
    },
    "decline-newsletter": {
      title: ({ organisation }) => `${organisation} should not write to you?`,
      text: ({ campaign }) => `Your signature under “${campaign}” stays as it is.`,
      button: "Do not write to me",
      doneTitle: "Noted.",
      doneText: ({ organisation }) => `${organisation} learns that you do not want its mails.`,
    },
  },
  answeredTitle: "This was answered already",
  answeredConfirmed: "It is confirmed. There is nothing more to do.",
  answeredRejected: "It was refused. There is nothing more to do.",
  invalidTitle: "This link does not work any more",
  invalidText:
    "It is incomplete, or too old. If you got it in a mail, check that the whole address is in the line above.",
  unavailableTitle: "Please try again in a minute",
  unavailableText: "The server could not write down your answer just now. The link still works.",
};
