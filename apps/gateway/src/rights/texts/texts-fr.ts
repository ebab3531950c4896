/** French. */
import type { RightsTexts } from "./texts.ts";

/** The French texts about rights. */
export const french: RightsTexts = {
  locale: "fr",
  direction: "ltr",
  ask: {
    title: "Qu’est-ce qui est conservé ici à votre sujet ?",
    paragraphs: [
      "Indiquez l’adresse e-mail avec laquelle vous avez signé. Si quelque chose est conservé sous cette adresse, nous y envoyons un lien. Il montre quelles campagnes vous avez signées et quelles organisations ont reçu votre signature, et permet de tout faire supprimer.",
      "Personne ne voit quoi que ce soit, sauf la personne qui lit cette boîte aux lettres.",
    ],
    label: "Adresse e-mail",
    problem: "Vérifiez l’adresse : elle ressemble à nom@example.org.",
    button: "Envoyez-moi le lien",
  },
  asked: {
    title: "Regardez dans votre boîte aux lettres",
    text: "Si quelque chose est conservé sous cette adresse, un e-mail avec un lien est en route. S’il n’est pas arrivé dans l’heure, regardez parmi les indésirables et demandez à nouveau. Cette page dit la même chose à tout le monde, pour que personne ne puisse savoir si quelqu’un d’autre a signé. Les signatures verrouillées dans votre navigateur, sur une page qui n’envoie pas d’e-mails, ne peuvent pas être retrouvées ici par l’adresse : demandez à l’organisation dont vous avez signé la page.",
  },
  noMails: {
    title: "Adressez-vous à l’organisation",
    text: "Ce serveur n’envoie pas d’e-mails et ne peut donc pas vérifier qu’une adresse est la vôtre. Écrivez à l’organisation dont vous avez signé la page : elle peut vous montrer ce qu’elle a et le supprimer.",
  },
  held: {
    title: "Voici ce qui est conservé à votre sujet",
    text: "Ce que vous avez écrit est verrouillé : ce serveur ne peut pas le lire. Seules les organisations nommées ici peuvent l’ouvrir.",
    signed: ({ date, organisation }) => `Signé le ${date}, sur une page de ${organisation}.`,
    unconfirmed: "Pas encore confirmée : elle ne compte pas, et personne ne l’a reçue.",
    receiver: {
      yes: (name) => `${name} a reçu ce que vous avez écrit et peut vous écrire par e-mail.`,
      awaited: (name) =>
        `${name} a reçu ce que vous avez écrit. Vous n’avez pas encore confirmé qu’elle peut vous écrire.`,
      no: (name) => `${name} a reçu ce que vous avez écrit et ne peut pas vous écrire par e-mail.`,
      "not-asked": (name) =>
        `${name} a reçu ce que vous avez écrit. Il ne vous a pas été demandé si elle peut vous écrire.`,
    },
    save: "Enregistrer cette liste dans un fichier (JSON)",
    deleteTitle: "Supprimer tout cela ?",
    deleteParagraphs: [
      "Tout ce qui figure ici est supprimé de ce serveur, avec vos commentaires. Le nombre de signatures reste, mais votre nom n’est plus derrière l’une d’elles. C’est irréversible.",
      "Chaque organisation qui a reçu votre signature est avertie qu’elle doit aussi supprimer sa copie.",
    ],
    yes: "Oui, tout supprimer",
    no: "Non, tout garder",
    problem: "Choisissez l’une des deux réponses.",
    button: "Continuer",
  },
  nothing: { title: "Plus rien n’est conservé", text: "Ce à quoi ce lien menait a été supprimé." },
  kept: {
    title: "Rien n’a été supprimé",
    text: "Tout reste comme avant. Le lien de votre e-mail fonctionne jusqu’à son expiration, si vous changez d’avis.",
  },
  deleted: {
    title: "C’est supprimé.",
    text: "Les organisations qui ont reçu votre signature sont averties qu’elles doivent supprimer leur copie. Pendant 30 jours, le serveur reconnaît encore, sans connaître votre adresse, que cette personne a été comptée ; ensuite, cela aussi est supprimé.",
  },
  used: {
    title: "Ce lien a déjà servi",
    text: "Ce à quoi il menait a été supprimé. Il n’y a plus rien à faire.",
  },
  invalid: {
    title: "Ce lien ne fonctionne plus",
    text: "Il est incomplet ou trop ancien : les liens fonctionnent pendant un jour. Vous pouvez en demander un nouveau.",
  },
  tooMany: { title: "Trop de demandes depuis ce réseau", text: "Réessayez dans une heure." },
  unavailable: {
    title: "Réessayez dans une minute",
    text: "Le serveur n’a pas pu le faire à l’instant. Redemander ne fait pas de mal.",
  },
  mail: {
    subject: (host) => `Ce qui est conservé à votre sujet sur ${host}`,
    paragraphs: (host) => [
      `Quelqu’un a indiqué cette adresse e-mail sur ${host}, pour voir quelles signatures y sont conservées sous cette adresse.`,
      "Le lien les montre. Vous pouvez aussi y demander leur suppression.",
    ],
    button: "Voir ce qui est conservé",
    notYou: "Ce n’était pas vous ? Alors ne faites rien : personne d’autre n’a rien vu et rien n’a changé.",
    footer:
      "Cet e-mail a été envoyé automatiquement parce que cette adresse a été saisie dans le formulaire. Le serveur oublie l’adresse dès que l’e-mail est envoyé.",
  },
};
