/** French. */
import type { MailTexts } from "./texts.ts";

/** The French texts of mails. */
export const french: MailTexts = {
  locale: "fr",
  direction: "ltr",
  greeting: (name) => `Bonjour ${name},`,
  greetingWithoutName: "Bonjour,",
  kinds: {
    "confirm-supporter": {
      subject: ({ campaign }) => `À confirmer : ${campaign}`,
      intro: ({ campaign, organisation }) => [
        `« ${campaign} » a été signé avec cette adresse, sur une page de ${organisation}.`,
        "Si c’était vous, merci de le confirmer. Votre signature ne compte qu’à ce moment-là.",
      ],
      button: "Confirmer ma signature",
    },
    reminder: {
      subject: ({ campaign }) => `Encore à confirmer : ${campaign}`,
      intro: ({ campaign, organisation }) => [
        `Il y a quelques jours, vous avez signé « ${campaign} » sur une page de ${organisation}, sans le confirmer.`,
        "Sans confirmation, la signature ne compte pas et sera effacée.",
      ],
      button: "Confirmer ma signature",
    },
    "confirm-newsletter": {
      subject: ({ organisation }) => `${organisation} peut-elle vous écrire ?`,
      intro: ({ campaign, organisation }) => [
        `Dans le formulaire « ${campaign} », il a été indiqué que ${organisation} peut écrire à cette adresse.`,
        "Si c’était vous, merci de le confirmer.",
      ],
      button: "Oui, écrivez-moi",
    },
    "thank-you": {
      subject: ({ campaign }) => `Merci d’avoir signé : ${campaign}`,
      intro: ({ campaign }) => [
        `Votre signature de « ${campaign} » est enregistrée. Merci !`,
        "Chaque signature de plus compte : faites passer.",
      ],
      button: "Faire passer",
    },
  },
  alsoNewsletter: (names) => `Vous confirmez ainsi que ${names} peut vous écrire par courriel.`,
  readers: (names) => `Ce que vous avez écrit ne peut être ouvert que par ${names}.`,
  notYou: "Ce n’était pas vous ?",
  notYouLink: "Effacer cette signature",
  noNewsletter: "Ce n’était pas vous, ou vous avez changé d’avis ?",
  noNewsletterLink: "Ne m’écrivez pas",
  copyLink: "Si le bouton ne fonctionne pas, copiez cette adresse dans votre navigateur :",
  expires: (date) => `Le lien fonctionne jusqu’au ${date}.`,
  footer: (organisation) =>
    `Ce message a été envoyé automatiquement, car cette adresse a été saisie dans un formulaire de ${organisation}. Le serveur garde l’adresse sous clé, et seulement jusqu’à l’envoi du dernier message.`,
  rights: "Voir ou effacer ce qui est conservé à votre sujet",
  decisions: {
    "confirm-supporter": {
      title: () => "Confirmer votre signature",
      text: ({ campaign, organisation }) =>
        `Vous avez signé « ${campaign} » sur une page de ${organisation}. Était-ce bien vous ?`,
      button: "Oui, je confirme ma signature",
      doneTitle: "Merci ! Votre signature compte.",
      doneText: ({ campaign }) => `Vous avez confirmé votre signature de « ${campaign} ».`,
    },
    "reject-supporter": {
      title: () => "Vous n’avez pas signé ?",
      text: ({ campaign }) =>
        `« ${campaign} » a été signé avec votre adresse. Si ce n’était pas vous, effacez la signature.`,
      button: "Effacer cette signature",
      doneTitle: "La signature est effacée.",
      doneText: ({ campaign }) =>
        `Elle n’a jamais compté pour « ${campaign} » et personne ne l’a reçue. Votre adresse a été effacée avec elle.`,
    },
    "confirm-newsletter": {
      title: ({ organisation }) => `${organisation} peut-elle vous écrire par courriel ?`,
      text: ({ campaign }) => `C’est ce qui a été indiqué dans le formulaire « ${campaign} ». Était-ce bien vous ?`,
      button: "Oui, écrivez-moi",
      doneTitle: "Merci !",
      doneText: ({ organisation }) =>
        `${organisation} peut vous écrire par courriel. Vous pouvez revenir sur ce choix dans chacun de ses messages.`,
    },
    "decline-newsletter": {
      title: ({ organisation }) => `${organisation} ne doit pas vous écrire ?`,
      text: ({ campaign }) => `Votre signature de « ${campaign} » reste inchangée.`,
      button: "Ne m’écrivez pas",
      doneTitle: "C’est noté.",
      doneText: ({ organisation }) => `${organisation} est informée que vous ne voulez pas de ses messages.`,
    },
  },
  answeredTitle: "Vous avez déjà répondu",
  answeredConfirmed: "C’est confirmé. Il n’y a plus rien à faire.",
  answeredRejected: "C’est refusé. Il n’y a plus rien à faire.",
  invalidTitle: "Ce lien ne fonctionne plus",
  invalidText:
    "Il est incomplet ou trop ancien. S’il vient d’un courriel, vérifiez que l’adresse entière a été copiée.",
  unavailableTitle: "Veuillez réessayer dans une minute",
  unavailableText: "Le serveur n’a pas pu enregistrer votre réponse. Le lien fonctionne toujours.",
};
