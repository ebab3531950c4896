/** Polish: what persons may ask for, and retention. */
import type { RightsTexts } from "../rights-texts.ts";

/** The texts. */
export const rightsTexts: RightsTexts = {
  introduction: "Czego osoby mogą żądać zgodnie z prawem i jak długo je przechowujecie.",
  findTitle: "Osoba pyta",
  findHint:
    "Wpisz adres, którym osoba podpisała. Brama znajdzie, co otrzymała wasza organizacja; niczego nie otworzy. Zapisze, że kogoś wyszukano, ale nie kogo.",
  email: "Adres e-mail",
  find: "Szukaj",
  none: "Pod tym adresem nic nie znaleziono. Gdzie podpisy są pieczętowane w przeglądarce bez e-maili, brama nie zna adresu: szukaj u siebie, z wiersza poleceń.",
  found: (count) => `Znaleziono: ${count}`,
  campaign: "Kampania",
  page: "Strona",
  signed: "Podpisano",
  consent: "Zgoda",
  optIns: {
    yes: "tak",
    no: "nie",
    "not-asked": "nie pytano",
  },
  confirmations: {
    awaited: "czeka na potwierdzenie",
    confirmed: "potwierdzono e-mailem",
    declined: "odrzucono e-mailem",
  },
  proof: "Zapisz jako dowód zgody (CSV)",
  eraseTitle: "Usuń tę osobę",
  eraseHint:
    "Zapieczętowane kontakty zostaną zniszczone, a wasze systemy dowiedzą się, że mają usunąć kopie. Liczba podpisów zostaje. Nie da się tego cofnąć.",
  reachOwn: "Co otrzymała nasza organizacja",
  reachCampaigns: "Także to, co otrzymali inni, w kampaniach, które prowadzimy",
  typeAgain: "Wpisz adres jeszcze raz",
  differs: "To inny adres niż powyżej.",
  erase: "Usuń na zawsze",
  erased: (count) => `Usunięto: ${count}. Systemy, które pobierają lub odbierają przesyłki, zostaną powiadomione.`,
  copies: "Kopie poza bramą (zapisane pliki, arkusze) musicie usunąć sami.",
  retentionTitle: "Jak długo kampanie przechowują osoby",
  retentionHint:
    "Liczone od dnia zamknięcia kampanii. Potem jej kontakty są usuwane; liczba zostaje. Pobierzcie je wcześniej.",
  noCampaigns: "Nie ma jeszcze kampanii.",
  days: "Dni po zakończeniu; 0 przechowuje do usunięcia",
  kept: (count) => `Przechowywane osoby: ${count}`,
  deletesOn: (date) => `Zostaną usunięte ${date}, nie wcześniej.`,
  byLead: (days) => `Decyduje prowadzący kampanię: ${days} dni.`,
  byLeadNone: "Prowadzący kampanię nie ustalił terminu.",
  save: "Zapisz",
  saved: "Zapisano.",
  undo: "Cofnij",
};
