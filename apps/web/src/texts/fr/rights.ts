/** French: what persons may ask for, and retention. */
import type { RightsTexts } from "../rights-texts.ts";

/** The texts. */
export const rightsTexts: RightsTexts = {
  introduction: "Ce que les personnes peuvent vous demander selon la loi, et combien de temps vous les gardez.",
  findTitle: "Une personne demande",
  findHint:
    "Saisissez l’adresse utilisée pour signer. La passerelle trouve ce que votre organisation a reçu ; elle ne peut rien en ouvrir. Elle note qu’une recherche a eu lieu, pas qui.",
  email: "Adresse électronique",
  find: "Chercher",
  none: "Rien n’a été trouvé sous cette adresse. Là où les signatures sont scellées dans le navigateur sans courriels, la passerelle ne connaît pas d’adresse : cherchez chez vous, avec la ligne de commande.",
  found: (count) => `Trouvé : ${count}`,
  campaign: "Campagne",
  page: "Page",
  signed: "Signé",
  consent: "Consentement",
  optIns: {
    yes: "oui",
    no: "non",
    "not-asked": "non demandé",
  },
  confirmations: {
    awaited: "confirmation attendue",
    confirmed: "confirmé par courriel",
    declined: "refusé par courriel",
  },
  proof: "Enregistrer comme preuve de consentement (CSV)",
  eraseTitle: "Effacer cette personne",
  eraseHint:
    "Ses contacts scellés sont détruits, et vos systèmes sont priés de supprimer leurs copies. Le compte des signatures reste. C’est sans retour.",
  reachOwn: "Ce que notre organisation a reçu",
  reachCampaigns: "Aussi ce que d’autres ont reçu, dans les campagnes que nous menons",
  typeAgain: "Retapez l’adresse",
  differs: "C’est une autre adresse que ci-dessus.",
  erase: "Effacer définitivement",
  erased: (count) => `Effacé : ${count}. Les systèmes qui tirent ou reçoivent des livraisons sont avertis.`,
  copies: "Les copies hors de la passerelle (fichiers enregistrés, tableurs) sont à supprimer par vous-même.",
  retentionTitle: "Combien de temps les campagnes gardent les personnes",
  retentionHint:
    "Compté du jour de clôture de la campagne. Ensuite ses contacts sont supprimés ; le compte reste. Tirez-les avant.",
  noCampaigns: "Pas encore de campagnes.",
  days: "Jours après la fin ; 0 garde jusqu’à un effacement",
  kept: (count) => `Personnes gardées maintenant : ${count}`,
  deletesOn: (date) => `Elles sont supprimées le ${date}, pas avant.`,
  byLead: (days) => `Décidé par le meneur de la campagne : ${days} jours.`,
  byLeadNone: "Le meneur de la campagne n’a pas fixé de délai.",
  save: "Enregistrer",
  saved: "Enregistré.",
  undo: "Annuler",
};
