/** French: the settings of a page. */
import type { PageSettingsTexts } from "../page-settings-texts.ts";

/** The texts. */
export const pageSettingsTexts: PageSettingsTexts = {
  link: "Réglages de cette page",
  title: (page) => `Réglages de « ${page} »`,
  introduction: "Adresse, langue, campagne et lieu du scellement restent tels quels : des sites en dépendent.",
  save: "Enregistrer",
  saved: "Enregistré.",
  undo: "Annuler",
  protectionTitle: "Contre les robots",
  protection:
    "Si l’appareil du signataire résout d’abord une énigme. Les gens perdent une seconde au plus ; les robots paient chaque signature.",
  protections: {
    gateway: (choice) => `Comme l’exploitant l’a décidé (${choice})`,
    auto: "Seulement quand il arrive un nombre inhabituel de signatures",
    on: "Toujours",
    off: "Jamais",
  },
  withoutScript: "Là où elle est demandée, le formulaire nécessite JavaScript.",
};
