/** Texts that organisations choose: titles, labels, descriptions. */
import { actionLimits, hasForbiddenCharacter, isSlug, normaliseText } from "@coterie/actions";
import { RefusedError } from "./errors.ts";

/** A title of 1 to 200 characters in uniform form. Throws RefusedError "invalid". */
export function parseTitle(typed: string): string {
  const title = parseLabel(typed);
  if (title === "") throw new RefusedError("invalid");
  return title;
}

/** As a title, but it may be empty. */
export function parseLabel(typed: string): string {
  const normalised = normaliseText(typed);
  if (normalised.kind !== "text" || normalised.text.length > actionLimits.titleCharacters)
    throw new RefusedError("invalid");
  return normalised.text;
}

/** A text of several lines. Throws RefusedError "invalid". */
export function parseDescription(typed: string): string {
  if (typed.length > actionLimits.descriptionCharacters || hasForbiddenCharacter(typed))
    throw new RefusedError("invalid");
  return typed.normalize("NFC");
}

/** A short name. Throws RefusedError "invalid". */
export function parseSlug(text: string): string {
  if (!isSlug(text)) throw new RefusedError("invalid");
  return text;
}
