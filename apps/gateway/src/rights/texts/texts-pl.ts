/** Polish. */
import type { RightsTexts } from "./texts.ts";

/** The Polish texts about rights. */
export const polish: RightsTexts = {
  locale: "pl",
  direction: "ltr",
  ask: {
    title: "Co jest tu przechowywane na Twój temat?",
    paragraphs: [
      "Podaj adres e-mail użyty przy podpisie. Jeśli coś jest pod nim przechowywane, wyślemy na ten adres link. Pokaże on, które kampanie zostały podpisane i które organizacje otrzymały podpis; można tam też wszystko usunąć.",
      "Nikt niczego nie zobaczy poza osobą, która czyta tę skrzynkę.",
    ],
    label: "Adres e-mail",
    problem: "Sprawdź adres: wygląda on tak: nazwa@example.org.",
    button: "Wyślij mi link",
  },
  asked: {
    title: "Zajrzyj do swojej skrzynki",
    text: "Jeśli pod tym adresem coś jest przechowywane, e-mail z linkiem jest już w drodze. Jeśli nie przyjdzie w ciągu godziny, zajrzyj do niechcianych wiadomości i zapytaj jeszcze raz. Ta strona mówi wszystkim to samo, aby nikt nie mógł sprawdzić, czy ktoś inny podpisał. Podpisów zamkniętych w Twojej przeglądarce, na stronie, która nie wysyła e-maili, nie da się tu znaleźć po adresie: zapytaj organizację, na której stronie złożono podpis.",
  },
  noMails: {
    title: "Zapytaj organizację",
    text: "Ten serwer nie wysyła e-maili, więc nie może sprawdzić, czy adres należy do Ciebie. Napisz do organizacji, na której stronie złożono podpis: może ona pokazać, co ma, i to usunąć.",
  },
  held: {
    title: "To jest przechowywane na Twój temat",
    text: "Twoje dane są zamknięte: ten serwer nie może ich odczytać. Mogą je otworzyć tylko wymienione tu organizacje.",
    signed: ({ date, organisation }) => `Podpisano ${date} na stronie organizacji ${organisation}.`,
    unconfirmed: "Jeszcze niepotwierdzony: nie liczy się i nikt go nie otrzymał.",
    receiver: {
      yes: (name) => `Organizacja ${name} otrzymała Twoje dane i może pisać do Ciebie e-maile.`,
      awaited: (name) =>
        `Organizacja ${name} otrzymała Twoje dane. Nie ma jeszcze potwierdzenia, że może do Ciebie pisać.`,
      no: (name) => `Organizacja ${name} otrzymała Twoje dane i nie może pisać do Ciebie e-maili.`,
      "not-asked": (name) => `Organizacja ${name} otrzymała Twoje dane. Nie pytano, czy może do Ciebie pisać.`,
    },
    save: "Zapisz tę listę do pliku (JSON)",
    deleteTitle: "Usunąć to wszystko?",
    deleteParagraphs: [
      "Wszystko, co jest tu wymienione, zostanie usunięte z tego serwera razem z komentarzami. Liczba podpisów pozostanie, ale za żadnym z nich nie będzie już Twojego nazwiska. Tego nie da się cofnąć.",
      "Każda organizacja, która otrzymała Twój podpis, dowie się, że ma usunąć także swoją kopię.",
    ],
    yes: "Tak, usuń to wszystko",
    no: "Nie, zostaw",
    problem: "Wybierz jedną z dwóch odpowiedzi.",
    button: "Dalej",
  },
  nothing: { title: "Nic już nie jest przechowywane", text: "To, do czego prowadził ten link, zostało usunięte." },
  kept: {
    title: "Niczego nie usunięto",
    text: "Wszystko zostaje tak, jak było. Link z e-maila działa do wygaśnięcia, gdyby jednak trzeba było coś usunąć.",
  },
  deleted: {
    title: "Usunięto.",
    text: "Organizacje, które otrzymały Twój podpis, dowiedzą się, że mają usunąć swoje kopie. Przez 30 dni serwer rozpoznaje jeszcze, nie znając adresu, że ta osoba została policzona; potem i to zostanie usunięte.",
  },
  used: {
    title: "Ten link został już użyty",
    text: "To, do czego prowadził, zostało usunięte. Nic więcej nie trzeba robić.",
  },
  invalid: {
    title: "Ten link już nie działa",
    text: "Jest niepełny albo zbyt stary: linki działają przez jeden dzień. Możesz poprosić o nowy.",
  },
  tooMany: { title: "Zbyt wiele zapytań z tej sieci", text: "Spróbuj ponownie za godzinę." },
  unavailable: {
    title: "Spróbuj ponownie za minutę",
    text: "Serwer nie mógł tego teraz zrobić. Ponowna próba nie zaszkodzi.",
  },
  mail: {
    subject: (host) => `Co jest przechowywane na Twój temat na ${host}`,
    paragraphs: (host) => [
      `Ktoś podał ten adres e-mail na ${host}, aby zobaczyć, jakie podpisy są pod nim przechowywane.`,
      "Link je pokazuje. Można je tam także usunąć.",
    ],
    button: "Pokaż, co jest przechowywane",
    notYou: "To nie Ty? Nie rób nic: nikt inny niczego nie zobaczył i nic się nie zmieniło.",
    footer:
      "Ten e-mail wysłano automatycznie, ponieważ ten adres wpisano w formularzu. Serwer zapomina adres, gdy tylko e-mail zostanie wysłany.",
  },
};
