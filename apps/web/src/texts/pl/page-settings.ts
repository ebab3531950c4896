/** Polish: the settings of a page. */
import type { PageSettingsTexts } from "../page-settings-texts.ts";

/** The texts. */
export const pageSettingsTexts: PageSettingsTexts = {
  link: "Ustawienia tej strony",
  title: (page) => `Ustawienia strony „${page}”`,
  introduction: "Adres, język, kampania i miejsce pieczętowania zostają bez zmian: zależą od nich serwisy.",
  save: "Zapisz",
  saved: "Zapisano.",
  undo: "Cofnij",
  protectionTitle: "Przeciw robotom",
  protection:
    "Czy urządzenie podpisującego najpierw rozwiązuje zagadkę. Człowiek traci najwyżej sekundę; robot płaci za każdy podpis.",
  protections: {
    gateway: (choice) => `Jak zdecydował operator bramy (${choice})`,
    auto: "Tylko gdy napływa niezwykle dużo podpisów",
    on: "Zawsze",
    off: "Nigdy",
  },
  withoutScript: "Gdzie jest wymagana, formularz potrzebuje JavaScriptu.",
};
