/** French: statistics. */
import type { StatisticsTexts } from "../statistics-texts.ts";

/** The texts. */
export const statisticsTexts: StatisticsTexts = {
  introduction:
    "Combien de personnes ont signé, quand, où et par quelle voie. Personne ne peut y être reconnu : les petits nombres ne sont pas montrés.",
  campaign: "Campagne",
  needsCampaign: "Il n’y a pas encore de campagne, donc rien à compter.",
  toCampaigns: "Vers les campagnes",
  counted: "Personnes",
  duplicates: "Ont signé à nouveau",
  duplicatesHint: "Qui signe à nouveau est transmis, et compté une seule fois.",
  ownPages: "Ce sont les chiffres de vos propres pages. Ceux de toute la campagne sont à son meneur.",
  none: "Personne n’a encore signé.",
  days: "Jour par jour",
  daysSummary: (first, last, day, count) => `Du ${first} au ${last} ; le plus le ${day} : ${count}.`,
  gaps: "Un vide est un jour de moins de 5 signatures, ou sans aucune. Les jours sont en UTC.",
  asTable: "En tableau",
  pages: "Par page",
  areas: "Par pays et région",
  areasHint: "D’après les codes postaux donnés. Ouvrez un pays pour voir ses régions.",
  regionsOf: (country) => `Régions : ${country}`,
  noRegion: "Région non donnée",
  unknownArea: "Non donné",
  sources: "Par source",
  sourcesHint: "Ce que disaient les liens suivis (utm_source).",
  noSource: "Aucune source nommée",
  otherSources: "Autres sources",
  name: "Nom",
  day: "Jour",
  share: "Part",
  notShown: (count) =>
    `Non montré : ${count}. Les lignes sous 5 sont cachées, et parfois une autre, pour qu’aucun nombre caché ne se déduise des autres.`,
  recountTitle: "Recompter",
  recountHint: "Recompte toutes les signatures de la campagne et corrige chaque nombre qui diffère.",
  recount: "Recompter",
  recounting: "Comptage…",
  recountedSame: (count) => `Compté : ${count}. Tous les nombres étaient justes.`,
  recountedOther: (after, before, corrected) => `Compté : ${after}, avant ${before} ; nombres corrigés : ${corrected}.`,
};
