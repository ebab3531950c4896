/** Short names for addresses, made from titles. */
import { actionLimits } from "@coterie/actions";

const spelled: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
};

/** A short name out of a title: Latin letters without accents, digits, single hyphens. "" where nothing of it is Latin. */
export function shortNameOf(title: string): string {
  return title
    .slice(0, 400)
    .toLowerCase()
    .replaceAll(/[ßæœøłđðþı]/g, (letter) => spelled[letter] ?? "")
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, actionLimits.slugCharacters)
    .replaceAll(/^-+|-+$/g, "");
}
