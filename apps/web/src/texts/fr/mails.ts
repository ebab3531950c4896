/** French: mails. */
import type { MailTexts } from "../mail-texts.ts";

/** The texts. */
export const mailTexts: MailTexts = {
  link: "Courriels de cette page",
  title: (page) => `Courriels de « ${page} »`,
  introduction:
    "Ce que reçoivent les personnes qui signent cette page. Une adresse et un prénom sont gardés pour cela seul, et seulement jusqu’au départ du dernier courriel.",
  cannotSend:
    "Cette passerelle n’a pas de serveur de courriel : aucun courriel ne peut être activé. Demandez à son exploitant d’en configurer un (COTERIE_SMTP_URL).",
  noMails: "Le formulaire de cette campagne ne demande pas d’adresse électronique : ses pages n’ont pas de courriels.",
  unknownPage: "Cette page n’existe pas, ou une autre organisation la tient.",
  toPages: "Vers les pages d’action",
  whatTitle: "Quels courriels sont envoyés",
  confirmSupporter: "Chaque signature est confirmée par courriel",
  confirmSupporterHint:
    "Elle ne compte et ne vous parvient qu’une fois que la personne a suivi le lien du courriel. Cela écarte les adresses inventées ; certaines personnes ne confirment jamais.",
  confirmNewsletter: "Un oui à vos nouvelles est confirmé par courriel",
  confirmNewsletterHint: "La signature compte tout de suite. Le oui n’en est un qu’une fois confirmé par la personne.",
  thankYou: "Un courriel de remerciement",
  reminders: "Rappels pour les signatures non confirmées",
  reminderCounts: ["Aucun", "Un", "Deux", "Trois"],
  reminderAfter: "Heures avant le premier rappel, et entre les rappels",
  reminderAfterHint: "De 1 à 96. Les signatures non confirmées sont supprimées après 14 jours.",
  wordsTitle: "Vos propres mots",
  wordsHint: (language) =>
    `Texte simple, dans la langue de la page (${language}). Laissé vide, le texte de la passerelle est utilisé.`,
  kinds: {
    "confirm-supporter": "Confirmer la signature",
    reminder: "Rappel",
    "confirm-newsletter": "Confirmer la lettre d’information",
    "thank-you": "Remerciement",
  },
  ownWords: "vos mots",
  subject: "Objet",
  intro: "Introduction",
  introHint: "Une ligne vide commence un nouveau paragraphe. Lien, bouton et remarques suivent d’eux-mêmes.",
  save: "Enregistrer",
  saved: "Enregistré. Cela vaut désormais pour chaque courriel.",
  undo: "Annuler",
  previewTitle: "Aperçu",
  previewHint: "Tel qu’enregistré, pour une personne inventée. Ses liens ne mènent nulle part.",
  show: (kind) => `Montrer « ${kind} »`,
  previewOf: (kind) => `Aperçu : ${kind}`,
  previewSubject: "Objet",
  saveHtml: "Enregistrer la version mise en page (HTML)",
  saveHtmlHint:
    "La plupart des gens voient la version mise en page. Ouvrez le fichier enregistré dans un navigateur pour la voir.",
  campaignTitle: "Courriels sur toutes les pages de cette campagne",
  campaignHint: "Vaut aussi sur les pages des partenaires, quel que soit leur choix.",
  campaignSupporter: "Chaque signature est confirmée par courriel",
  campaignNewsletter: "Un oui à vos nouvelles est confirmé par courriel",
};
