/** Polish: comments. */
import type { ModerationTexts } from "../moderation-texts.ts";

/** The texts. */
export const moderationTexts: ModerationTexts = {
  introduction:
    "Komentarze, które ludzie napisali przy podpisywaniu. Publicznie widać tylko zatwierdzone. Nic tu nie mówi, kto je napisał.",
  campaign: "Kampania",
  needsCampaign: "Nie ma jeszcze kampanii, więc nie ma komentarzy.",
  toCampaigns: "Do kampanii",
  filter: "Które komentarze",
  states: {
    awaiting: "Czekają",
    approved: "Zatwierdzone",
    rejected: "Odrzucone",
  },
  approve: "Zatwierdź",
  reject: "Odrzuć",
  takeBack: "Cofnij decyzję",
  approved: "Zatwierdzono: komentarz jest widoczny publicznie.",
  rejected: "Odrzucono: komentarz nie jest pokazywany.",
  takenBack: "Cofnięto: komentarz znów czeka.",
  undo: "Cofnij",
  none: "Nie ma tu komentarzy.",
  noneWaiting: "Żaden komentarz na ciebie nie czeka.",
  writtenOn: (date, page) => `${date}, strona ${page}`,
  keyboard: "Z klawiatury: A zatwierdza, a R odrzuca zaznaczony komentarz.",
  comment: (number) => `Komentarz ${number}`,
  more: "Pokaż więcej",
};
