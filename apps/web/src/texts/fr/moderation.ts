/** French: comments. */
import type { ModerationTexts } from "../moderation-texts.ts";

/** The texts. */
export const moderationTexts: ModerationTexts = {
  introduction:
    "Les commentaires laissés à la signature. Seuls ceux qui sont approuvés sont montrés au public. Rien ici ne dit qui les a écrits.",
  campaign: "Campagne",
  needsCampaign: "Il n’y a pas encore de campagne, donc pas de commentaires.",
  toCampaigns: "Vers les campagnes",
  filter: "Quels commentaires",
  states: {
    awaiting: "En attente",
    approved: "Approuvés",
    rejected: "Refusés",
  },
  approve: "Approuver",
  reject: "Refuser",
  takeBack: "Revenir sur la décision",
  approved: "Approuvé : le commentaire est montré au public.",
  rejected: "Refusé : le commentaire n’est pas montré.",
  takenBack: "Décision retirée : le commentaire attend de nouveau.",
  undo: "Annuler",
  none: "Aucun commentaire ici.",
  noneWaiting: "Aucun commentaire ne vous attend.",
  writtenOn: (date, page) => `${date}, page ${page}`,
  keyboard: "Au clavier : A approuve et R refuse le commentaire qui a le focus.",
  comment: (number) => `Commentaire ${number}`,
  more: "En montrer plus",
};
