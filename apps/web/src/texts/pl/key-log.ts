/** Polish: the key log. */
import type { KeyLogTexts } from "../key-log-texts.ts";

/** The texts. */
export const keyLogTexts: KeyLogTexts = {
  link: "Dziennik kluczy",
  introduction:
    "Podpisana lista waszych kluczy. Kto pieczętuje, ten ją sprawdza, więc nikt, nawet brama, nie podstawi innego klucza. Każdy wpis podpisuje wasz organ kluczy.",
  noneTitle: "Nie ma jeszcze dziennika kluczy",
  none: "Dopóki go nie ma, formularze ufają pojedynczym kluczom, a kod w waszych serwisach trzeba zmieniać przy każdej zmianie klucza. Zacznij dziennik na komputerze, na którym trzymacie najważniejsze pliki:",
  beginByCommand: "Potem dziennik pojawi się tutaj, a klucze można wymieniać tutaj albo z wiersza poleceń.",
  verified: (entries) =>
    `Sprawdzono w tej przeglądarce (wpisy: ${entries}): w całości, po kolei, każdy podpisany przez organ.`,
  continued: "Jest dalszym ciągiem tego, co ta przeglądarka już widziała.",
  firstSeen:
    "Ta przeglądarka widzi dziennik po raz pierwszy i odtąd go pamięta. Porównaj raz jego identyfikator z tym, który macie u siebie.",
  logId: "Identyfikator dziennika",
  logIdHint:
    "Nie zmienia się przy wymianie kluczy. Wasze serwisy go przypinają; trzymaj go tam, gdzie inni mogą porównać.",
  authority: "Organ kluczy (odcisk)",
  authorityHint: "Klucz, który podpisuje dziennik. Jego plik i hasło nigdy was nie opuszczają.",
  refusedTitle: "Stop: temu dziennikowi kluczy nie można ufać",
  refusedRemedy:
    "Nie wymieniaj tu kluczy i nie wklejaj nowego kodu do serwisów. Porównaj u siebie poleceniem „coterie keys log” i zadzwoń do operatora bramy.",
  candidate: "Identyfikator dziennika podawanego teraz",
  acceptTitle: "Nasza organizacja sama zaczęła ten nowy dziennik",
  acceptLabel: "Ostatnie 8 znaków identyfikatora nowego dziennika, zapisanych u was",
  accept: "Odtąd ufaj temu dziennikowi",
  acceptWrong: "To nie są ostatnie 8 znaków identyfikatora podawanego teraz.",
  stale:
    "Ważność ostatniego klucza minęła, więc niczego się nim nie pieczętuje: formularze nie przyjmują podpisów. Wymień klucz na nowy albo odnów ten.",
  noActive: "Nie ma aktywnego klucza: formularze nie przyjmują podpisów. Wymień klucz na nowy.",
  expiresSoon: (date) => `Klucz traci ważność ${date}. Odnów go lub wymień wcześniej, inaczej formularze staną.`,
  entriesTitle: "Wpisy",
  entry: "Nr",
  what: "Co",
  key: "Klucz",
  when: "Kiedy",
  kinds: {
    genesis: "Początek dziennika",
    activate: "Klucz aktywowany",
    retire: "Klucz wycofany",
    revoke: "Klucz unieważniony",
    authority: "Nowy organ",
  },
  until: (date) => `do ${date}`,
  since: (date) => `od ${date}`,
  states: { scheduled: "Zacznie później", inGrace: "Okres przejściowy", expired: "Wygasł", revoked: "Unieważniony" },
  stateHints: {
    scheduled: (date) => `Podpisy będą nim pieczętowane od ${date}.`,
    inGrace: (date) =>
      `Nic nowego się nim nie pieczętuje; otwarte formularze są przyjmowane do ${date}. Zachowaj jego plik.`,
    expired:
      "Jego ważność minęła: niczego się nim nie pieczętuje. Zachowaj plik dla wcześniejszych podpisów albo aktywuj go ponownie.",
    revoked: (date) => `Inni mogą go mieć od ${date}. Nic pod nim nie jest już przyjmowane.`,
    activeUntil: (date) => `Ważny do ${date}.`,
  },
  changeTitle: "Zmiana kluczy",
  rotate: "Wymień na nowy klucz",
  rotateHint:
    "Utwórz klucz albo użyj istniejącego pliku; na końcu podpisuje organ. Poprzedni klucz przechodzi w okres przejściowy.",
  endTitle: "Wycofaj lub unieważnij klucz",
  endHint: "Wycofaj klucz w dobrym porządku albo unieważnij go, gdy inni mogą mieć jego plik i hasło.",
  whichKey: "Klucz",
  retire: "Wycofaj: otwarte formularze mogą go jeszcze chwilę używać",
  retireHint: "Wycofanie aktywnego klucza bez wymiany zatrzymuje formularze.",
  revoke: "Unieważnij: nigdy więcej go nie przyjmuj, od zaraz",
  revokeHint:
    "Dla kluczy, które mogą mieć inni. Nie da się tego cofnąć. Najpierw wymień klucz na nowy, inaczej formularze staną.",
  revokeSure: "Rozumiem, że unieważnienia nie da się cofnąć",
  revokedSince: "Inni mogą go mieć od",
  revokedSinceHint: "Puste: od teraz. To, co od tego czasu nim zapieczętowano, mogło zostać odczytane.",
  sign: "Podpisz i opublikuj",
  signed: "Podpisano i opublikowano.",
  authorityFile: "Plik organu kluczy",
  authorityFileHint: "key-authority.json. Jest czytany tylko w tej przeglądarce i zapominany po podpisaniu.",
  authorityPassphrase: "Hasło organu kluczy",
  validDays: "Ważność (dni)",
  graceDays: "Okres przejściowy poprzedniego klucza (dni)",
  graceDaysHint: "Tak długo mogą go używać formularze już otwarte.",
  chooseFile: "Wybierz plik organu kluczy.",
  rotationTitle: "Podpis organu kluczy",
  rotation: "Twoja organizacja ma dziennik kluczy: klucz staje się aktywny przez wpis podpisany przez organ.",
};
