/** The keys that a form seals to, for a page that nothing outside pins. */
import type { FormState } from "./form-state.ts";
import { element, type MarkupElement } from "./markup.ts";
import type { FormTexts } from "./texts.ts";

/** The keys by organisation, and what showing them cannot prevent. */
export function viewKeys(texts: FormTexts, { page }: FormState): MarkupElement {
  const rows = page.receivers.flatMap(({ organisationName, publicKey }) => [
    element("dt", {}, organisationName),
    element("dd", {}, element("code", { dir: "ltr" }, publicKey?.id ?? "–")),
  ]);
  return element(
    "details",
    { id: "f-keys", class: "keys" },
    element("summary", {}, texts.keysTitle),
    element("p", {}, texts.keysIntroduction),
    element("dl", {}, ...rows),
    element("p", {}, texts.keysLimits),
  );
}
