/** Polish: mails. */
import type { MailTexts } from "../mail-texts.ts";

/** The texts. */
export const mailTexts: MailTexts = {
  link: "E-maile tej strony",
  title: (page) => `E-maile strony „${page}”`,
  introduction:
    "Co otrzymują osoby, które podpisują na tej stronie. Adres i imię są przechowywane tylko w tym celu i tylko do wysłania ostatniego e-maila.",
  cannotSend:
    "Ta brama nie ma serwera poczty, więc nie można włączyć żadnych e-maili. Poproś operatora, aby go skonfigurował (COTERIE_SMTP_URL).",
  noMails: "Formularz tej kampanii nie pyta o adres e-mail, więc jej strony nie mają e-maili.",
  unknownPage: "Nie ma takiej strony albo prowadzi ją inna organizacja.",
  toPages: "Do stron akcji",
  whatTitle: "Jakie e-maile są wysyłane",
  confirmSupporter: "Każdy podpis jest potwierdzany e-mailem",
  confirmSupporterHint:
    "Liczy się i trafia do ciebie dopiero wtedy, gdy osoba otworzy odnośnik z e-maila. Odsiewa zmyślone adresy; niektórzy nigdy nie potwierdzają.",
  confirmNewsletter: "Zgoda na wiadomości od was jest potwierdzana e-mailem",
  confirmNewsletterHint: "Podpis liczy się od razu. Zgoda jest ważna dopiero po potwierdzeniu przez osobę.",
  thankYou: "E-mail z podziękowaniem",
  reminders: "Przypomnienia o niepotwierdzonych podpisach",
  reminderCounts: ["Żadne", "Jedno", "Dwa", "Trzy"],
  reminderAfter: "Godziny do pierwszego przypomnienia i między przypomnieniami",
  reminderAfterHint: "Od 1 do 96. Niepotwierdzone podpisy są usuwane po 14 dniach.",
  wordsTitle: "Własne słowa",
  wordsHint: (language) => `Zwykły tekst w języku strony (${language}). Puste pole oznacza tekst bramy.`,
  kinds: {
    "confirm-supporter": "Potwierdzenie podpisu",
    reminder: "Przypomnienie",
    "confirm-newsletter": "Potwierdzenie biuletynu",
    "thank-you": "Podziękowanie",
  },
  ownWords: "własne słowa",
  subject: "Temat",
  intro: "Wstęp",
  introHint: "Pusty wiersz zaczyna nowy akapit. Odnośnik, przycisk i uwagi dodają się same.",
  save: "Zapisz",
  saved: "Zapisano. Obowiązuje od teraz dla każdego e-maila.",
  undo: "Cofnij",
  previewTitle: "Podgląd",
  previewHint: "Tak jak zapisano, do zmyślonej osoby. Odnośniki donikąd nie prowadzą.",
  show: (kind) => `Pokaż „${kind}”`,
  previewOf: (kind) => `Podgląd: ${kind}`,
  previewSubject: "Temat",
  saveHtml: "Zapisz wersję graficzną (HTML)",
  saveHtmlHint: "Większość osób widzi wersję graficzną. Otwórz zapisany plik w przeglądarce, aby ją zobaczyć.",
  campaignTitle: "E-maile na wszystkich stronach tej kampanii",
  campaignHint: "Obowiązuje także na stronach partnerów, niezależnie od ich wyboru.",
  campaignSupporter: "Każdy podpis jest potwierdzany e-mailem",
  campaignNewsletter: "Zgoda na wiadomości od was jest potwierdzana e-mailem",
};
