/** French. */
import { plural } from "./plural.ts";
import { frenchWordings } from "../wordings-fr.ts";
import type { FormTexts } from "./texts.ts";

/** The French texts. */
export const french: FormTexts = {
  locale: "fr",
  direction: "ltr",
  wordings: frenchWordings,
  labels: {
    firstName: "Prénom",
    lastName: "Nom",
    email: "Adresse électronique",
    phone: "Téléphone",
    birthDate: "Date de naissance",
    country: "Pays de résidence",
    postcode: "Code postal",
    area: "Circonscription",
    city: "Ville",
    street: "Rue",
    streetNumber: "Numéro",
    "address.locality": "Ville",
    "address.region": "Région",
    "address.street": "Rue",
    "address.streetNumber": "Numéro",
    "nationality.country": "Nationalité",
    "nationality.documentType": "Document",
    "nationality.documentNumber": "Numéro du document",
  },
  hints: {
    "nationality.country": "Votre nationalité détermine ce qui vous est demandé ensuite.",
    birthDate: "Telle qu’elle figure sur vos papiers.",
  },
  documents: {
    "personal-number": "Numéro personnel",
    "identity-card": "Carte d’identité",
    "citizen-card": "Carte de citoyen",
    passport: "Passeport",
  },
  optional: "facultatif",
  choose: "Choisir…",
  residenceGroup: "Votre domicile",
  documentGroup: "Votre document",
  onlyFor: (names) => `Seulement pour les ressortissants des pays suivants : ${names}.`,
  malformed: {
    text: "cela ne semble pas correct.",
    name: "un nom contient au moins une lettre.",
    email: "ce n’est pas une adresse électronique. Exemple : nom@exemple.org",
    telephone: "seulement des chiffres, par exemple +33 1 23 45 67 89.",
    "birth-date": "ce n’est pas une date. Exemple : 1990-12-31",
    country: "choisissez un pays dans la liste.",
    "member-state": "choisissez un pays dans la liste.",
    postcode: "seulement des lettres et des chiffres.",
    "document-type": "choisissez dans la liste.",
    "document-number": "ce numéro n’a pas la forme en usage dans votre pays.",
  },
  problems: {
    missing: "merci de remplir ce champ.",
    "too-long": "c’est trop long.",
    "forbidden-character": "il contient un caractère invisible. Merci de le retaper à la main.",
    "not-a-choice": "choisissez dans la liste.",
    "in-the-future": "ce jour n’est pas encore arrivé.",
    "too-young": "vous n’avez pas encore l’âge de signer.",
    "unknown-field": "quelque chose a été envoyé que ce formulaire ne demande pas.",
  },
  summary: plural("fr", {
    one: () => "Un point est à revoir",
    other: (number) => `${number} points sont à revoir`,
  }),
  wholePerson: "Ce formulaire",
  counter: plural("fr", {
    none: () => "Soyez la première personne à signer",
    one: (number) => `${number} personne a signé`,
    other: (number) => `${number} personnes ont signé`,
  }),
  readers: (names) => `Ce que vous écrivez ici ne peut être lu que par ${names}.`,
  sealedInBrowser: "C’est verrouillé dans votre navigateur avant l’envoi.",
  sealedByGateway: "C’est verrouillé dès l’arrivée ; ce serveur n’en garde aucune copie lisible.",
  mailNote: "Ce serveur garde votre adresse et votre prénom, sous clé, jusqu’à l’envoi de son dernier message.",
  optInLegend: "Rester en contact",
  optInHint: "Sans réponse de votre part, c’est non.",
  yes: "Oui",
  no: "Non",
  trap: "Laissez ce champ vide",
  sign: "Signer",
  sending: "Envoi de votre signature…",
  tryAgain: "Réessayer",
  loading: "Chargement du formulaire…",
  failures: {
    offline:
      "Votre signature n’a pas pu être envoyée : le serveur ne répond pas. Votre saisie est toujours là. Merci de réessayer.",
    "rate-limited": "Trop de signatures viennent d’arriver de votre réseau. Attendez une minute et réessayez.",
    unavailable:
      "Le serveur ne peut pas prendre votre signature en ce moment. Votre saisie est toujours là. Merci de réessayer.",
    "campaign-closed": "Cette campagne ne prend plus de signatures.",
    "not-ready":
      "Ce formulaire n’est pas encore prêt : une organisation n’a pas de clé pour verrouiller vos données. Rien n’a été enregistré.",
    changed: "Ce formulaire a changé pendant que vous écriviez. Rechargez la page ; rien n’a été enregistré.",
    "too-large": "C’est plus que ce que le formulaire peut prendre. Merci de raccourcir.",
    "not-found": "Ce formulaire n’existe pas, ou plus.",
    unproven:
      "Ce formulaire n’a pas pu vous distinguer d’un programme qui signe à la place des gens. Ce que vous avez écrit est toujours là. Veuillez l’envoyer encore une fois.",
    refused: "Le serveur n’a pas accepté cet envoi. Rien n’a été enregistré.",
  },
  refusalTitle: "Ce formulaire est bloqué",
  refusals: {
    "no-pins":
      "Le site qui affiche ce formulaire n’indique pas quelles clés appartiennent aux organisations. On ne peut donc pas savoir qui lirait vos données.",
    "wrong-key":
      "Le serveur propose une clé qui n’est pas celle que l’organisation a publiée sur ce site. Quelqu’un d’autre pourrait lire vos données.",
    "added-receiver": "Le serveur enverrait vos données à un destinataire de plus que ce site n’annonce.",
    "clear-text":
      "Ce site annonce que vos données sont verrouillées dans votre navigateur, mais le serveur les demande en clair.",
    unsupported:
      "Votre navigateur ne sait pas verrouiller vos données. Une version récente de n’importe quel navigateur le peut.",
  },
  refusalAdvice: "Rien n’a été envoyé. Merci de prévenir l’organisation responsable de ce site.",
  closed: "Cette campagne ne prend pas de signatures pour le moment.",
  awaitedTitle: "Encore une étape : regardez votre boîte aux lettres.",
  awaitedText:
    "Nous vous envoyons un courriel : votre signature compte dès que vous suivez son lien. Regardez aussi dans les indésirables.",
  doneTitle: "Merci ! Votre signature est enregistrée.",
  doneReaders: (names) => `Ce que vous avez écrit ne peut être ouvert que par ${names}.`,
  shareTitle: "Faites passer",
  shareAction: "Partager",
  copyAction: "Copier le lien",
  copied: "Lien copié",
  keysTitle: "Comment est-ce protégé ?",
  keysIntroduction:
    "Vos données sont verrouillées avec ces clés. Comparez-les à celles que publient les organisations :",
  keysLimits:
    "Ce que cela n’empêche pas : cette page et son programme viennent du même serveur. Un serveur malhonnête pourrait envoyer un autre programme. Sur le site d’une organisation, les clés sont vérifiées séparément.",
  needsScript:
    "Ce formulaire verrouille vos données dans votre navigateur avant tout envoi. Il lui faut JavaScript, qui est désactivé ici. Sans lui, rien ne peut être envoyé.",
  frameTitle: "Formulaire de signature",
};
