/** Polish: statistics. */
import type { StatisticsTexts } from "../statistics-texts.ts";

/** The texts. */
export const statisticsTexts: StatisticsTexts = {
  introduction:
    "Ile osób podpisało, kiedy, gdzie i jaką drogą. Nikogo nie można w tym rozpoznać: małych liczb nie pokazujemy.",
  campaign: "Kampania",
  needsCampaign: "Nie ma jeszcze kampanii, więc nie ma czego liczyć.",
  toCampaigns: "Do kampanii",
  counted: "Osoby",
  duplicates: "Podpisali ponownie",
  duplicatesHint: "Kto podpisuje ponownie, jest przekazywany i liczony raz.",
  ownPages: "To liczby z waszych stron. Liczby całej kampanii ma jej prowadzący.",
  none: "Nikt jeszcze nie podpisał.",
  days: "Dzień po dniu",
  daysSummary: (first, last, day, count) => `Od ${first} do ${last}; najwięcej ${day}: ${count}.`,
  gaps: "Luka to dzień z mniej niż 5 podpisami albo bez żadnego. Dni liczone w UTC.",
  asTable: "Jako tabela",
  pages: "Według stron",
  areas: "Według krajów i regionów",
  areasHint: "Z podanych kodów pocztowych. Otwórz kraj, aby zobaczyć regiony.",
  regionsOf: (country) => `Regiony: ${country}`,
  noRegion: "Bez regionu",
  unknownArea: "Nie podano",
  sources: "Według źródeł",
  sourcesHint: "Co mówiły odnośniki, którymi ludzie przyszli (utm_source).",
  noSource: "Bez źródła",
  otherSources: "Dalsze źródła",
  name: "Nazwa",
  day: "Dzień",
  share: "Udział",
  notShown: (count) =>
    `Nie pokazano: ${count}. Wiersze poniżej 5 są ukryte, czasem jeszcze jeden, aby ukrytej liczby nie dało się wyliczyć z pozostałych.`,
  recountTitle: "Policz ponownie",
  recountHint: "Liczy od nowa wszystkie podpisy kampanii i poprawia każdą różniącą się liczbę.",
  recount: "Policz ponownie",
  recounting: "Liczenie…",
  recountedSame: (count) => `Policzono: ${count}. Wszystkie liczby były poprawne.`,
  recountedOther: (after, before, corrected) =>
    `Policzono: ${after}, wcześniej ${before}; poprawiono liczb: ${corrected}.`,
};
