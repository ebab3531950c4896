/** Polish. */
import type { NoticeTexts } from "./texts.ts";

/** The Polish texts of notices. */
export const polish: NoticeTexts = {
  locale: "pl",
  direction: "ltr",
  greeting: "Dzień dobry,",
  subjectOne: ({ organisation, event }) => `${organisation}: ${event}`,
  subjectMany: ({ organisation, count }) => `${organisation}: ważne zmiany (${count})`,
  intro: (organisation) => `Na bramce zmieniło się coś w organizacji ${organisation}:`,
  events: {
    "authority-changed": "ustalono lub zmieniono klucz zatwierdzający",
    "key-activated": "aktywowano klucz",
    "key-imported": "zaimportowano klucz",
    "key-in-use-changed": "używany jest inny klucz niż dotąd",
    "key-retired": "wycofano klucz",
    "key-revoked": "unieważniono klucz",
    "notice-address-added": "wpisano adres do powiadomień",
    "notice-address-confirmed": "potwierdzono adres do powiadomień",
    "notice-address-removed": "usunięto adres do powiadomień",
    "person-erased": "usunięto dane osoby",
    "retention-changed": "zmieniono czas, po którym dane osób są usuwane",
    "token-made": "utworzono token dostępu",
    "token-revoked": "unieważniono token dostępu",
    "webhook-changed": "zmieniono adres, na który wysyłane są kontakty",
    "webhook-created": "kontakty są wysyłane na nowy adres",
    "webhook-removed": "kontakty nie są już wysyłane na pewien adres",
    "webhook-suspended": "po wielu błędach wstrzymano wysyłanie kontaktów na pewien adres",
  },
  byToken: (label) => `tokenem „${label}”`,
  byOperator: "przez operatora bramki",
  byGateway: "zauważyła to sama bramka",
  andMore: (count) => `i jeszcze ${count}: zobacz strony organizacji.`,
  advice:
    "Jeśli zrobił to ktoś z Was, nic nie trzeba robić. Jeśli nikt, unieważnijcie nieznane tokeny i zajrzyjcie do dziennika audytu, zanim zaufacie nowym kontaktom.",
  button: "Otwórz strony organizacji",
  footer: (organisation) =>
    `Ta wiadomość została wysłana automatycznie, bo na ten adres przychodzą powiadomienia o zmianach ważnych dla bezpieczeństwa organizacji ${organisation}. Współpracownicy mogą usunąć go z listy.`,
  confirm: {
    subject: (organisation) => `${organisation}: powiadomienia na ten adres?`,
    intro: (organisation) => [
      `${organisation} chce wysyłać na ten adres powiadomienia o zmianach swoich kluczy, tokenów dostępu i ustawień.`,
      "Jeśli tam pracujesz, potwierdź to. Jeśli nie, nic nie rób: nie przyjdzie żadna kolejna wiadomość.",
    ],
    button: "Potwierdzam ten adres",
    footer: (organisation) =>
      `Ta wiadomość została wysłana automatycznie i tylko raz, bo ten adres wpisała organizacja ${organisation}. Bez potwierdzenia zostanie on usunięty po siedmiu dniach.`,
    expires: (date) => `Link działa do: ${date}.`,
    title: (organisation) => `Powiadomienia organizacji ${organisation} na Twój adres?`,
    question: () => "Będą przychodzić wiadomości o zmianach kluczy, tokenów dostępu i ustawień.",
    doneTitle: "Dziękujemy!",
    doneText: (organisation) =>
      `Od teraz na ten adres przychodzą powiadomienia o zmianach. Pozostałe osoby z organizacji ${organisation} zostały zawiadomione.`,
  },
};
