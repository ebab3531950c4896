/** Polish. */
import type { MailTexts } from "./texts.ts";

/** The Polish texts of mails. */
export const polish: MailTexts = {
  locale: "pl",
  direction: "ltr",
  greeting: (name) => `Dzień dobry, ${name}!`,
  greetingWithoutName: "Dzień dobry!",
  kinds: {
    "confirm-supporter": {
      subject: ({ campaign }) => `Prosimy o potwierdzenie: ${campaign}`,
      intro: ({ campaign, organisation }) => [
        `Na stronie organizacji ${organisation} podpisano „${campaign}” z użyciem tego adresu e-mail.`,
        "Jeśli to Ty, potwierdź podpis. Dopiero wtedy będzie się liczyć.",
      ],
      button: "Potwierdzam podpis",
    },
    reminder: {
      subject: ({ campaign }) => `Wciąż bez potwierdzenia: ${campaign}`,
      intro: ({ campaign, organisation }) => [
        `Kilka dni temu na stronie organizacji ${organisation} podpisano „${campaign}” z użyciem tego adresu, ale podpis nie został jeszcze potwierdzony.`,
        "Bez potwierdzenia podpis się nie liczy i zostanie usunięty.",
      ],
      button: "Potwierdzam podpis",
    },
    "confirm-newsletter": {
      subject: ({ organisation }) => `Czy organizacja ${organisation} może do Ciebie pisać?`,
      intro: ({ campaign, organisation }) => [
        `W formularzu „${campaign}” zaznaczono, że organizacja ${organisation} może pisać na ten adres e-mail.`,
        "Jeśli to Ty, potwierdź.",
      ],
      button: "Tak, proszę pisać",
    },
    "thank-you": {
      subject: ({ campaign }) => `Dziękujemy za podpis: ${campaign}`,
      intro: ({ campaign }) => [
        `Twój podpis pod „${campaign}” został przyjęty. Dziękujemy!`,
        "Liczy się każdy kolejny: prosimy, przekaż dalej.",
      ],
      button: "Przekaż dalej",
    },
  },
  alsoNewsletter: (names) => `Potwierdzasz tym samym zgodę na e-maile od: ${names}.`,
  readers: (names) => `Twoje dane może otworzyć wyłącznie: ${names}.`,
  notYou: "To nie Ty?",
  notYouLink: "Usuń ten podpis",
  noNewsletter: "To nie Ty, a może zmieniasz zdanie?",
  noNewsletterLink: "Proszę do mnie nie pisać",
  copyLink: "Jeśli przycisk nie działa, skopiuj ten adres do przeglądarki:",
  expires: (date) => `Link działa do ${date}.`,
  footer: (organisation) =>
    `Ta wiadomość została wysłana automatycznie, ponieważ ten adres wpisano w formularzu organizacji ${organisation}. Serwer przechowuje adres w postaci zaszyfrowanej i tylko do wysłania ostatniej wiadomości.`,
  rights: "Zobacz lub usuń dane na swój temat",
  decisions: {
    "confirm-supporter": {
      title: () => "Potwierdź swój podpis",
      text: ({ campaign, organisation }) =>
        `Na stronie organizacji ${organisation} podpisano „${campaign}”. Czy to Twój podpis?`,
      button: "Tak, potwierdzam podpis",
      doneTitle: "Dziękujemy! Twój podpis się liczy.",
      doneText: ({ campaign }) => `Podpis pod „${campaign}” jest potwierdzony.`,
    },
    "reject-supporter": {
      title: () => "To nie Twój podpis?",
      text: ({ campaign }) =>
        `Ktoś podpisał „${campaign}” z użyciem Twojego adresu e-mail. Jeśli to nie Ty, usuń podpis.`,
      button: "Usuń ten podpis",
      doneTitle: "Podpis został usunięty.",
      doneText: ({ campaign }) =>
        `Nigdy nie liczył się pod „${campaign}” i nikt go nie otrzymał. Razem z nim usunięto Twój adres.`,
    },
    "confirm-newsletter": {
      title: ({ organisation }) => `Czy organizacja ${organisation} może pisać do Ciebie e-maile?`,
      text: ({ campaign }) => `Tak zaznaczono w formularzu „${campaign}”. Czy to Ty?`,
      button: "Tak, proszę pisać",
      doneTitle: "Dziękujemy!",
      doneText: ({ organisation }) =>
        `Organizacja ${organisation} może pisać do Ciebie e-maile. Zgodę możesz cofnąć w każdym z nich.`,
    },
    "decline-newsletter": {
      title: ({ organisation }) => `Organizacja ${organisation} ma nie pisać?`,
      text: ({ campaign }) => `Twój podpis pod „${campaign}” pozostaje bez zmian.`,
      button: "Proszę do mnie nie pisać",
      doneTitle: "Zapisano.",
      doneText: ({ organisation }) => `Organizacja ${organisation} dowie się, że nie chcesz jej wiadomości.`,
    },
  },
  answeredTitle: "Odpowiedź już jest",
  answeredConfirmed: "Potwierdzono. Nie trzeba robić nic więcej.",
  answeredRejected: "Odrzucono. Nie trzeba robić nic więcej.",
  invalidTitle: "Ten link już nie działa",
  invalidText: "Jest niepełny albo zbyt stary. Jeśli pochodzi z e-maila, sprawdź, czy skopiowano cały adres.",
  unavailableTitle: "Spróbuj ponownie za minutę",
  unavailableText: "Serwer nie mógł teraz zapisać odpowiedzi. Link nadal działa.",
};
