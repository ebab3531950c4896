/** After signing: thanks, who can open it, and a way to pass the campaign on. */
import type { FormState } from "./form-state.ts";
import { element, type MarkupElement } from "./markup.ts";
import { listNames } from "./names-list.ts";
import type { FormTexts } from "./texts.ts";

interface DoneInput {
  readonly state: FormState;
  readonly receivedBy: readonly string[];
  readonly awaitsConfirmation?: boolean | undefined;
}

/** The thank-you, or what is left to do for it to be one. */
export function viewDone(
  texts: FormTexts,
  { state, receivedBy, awaitsConfirmation = false }: DoneInput,
): readonly MarkupElement[] {
  const { counter, shareUrl, heading, page } = state;
  const share = element(
    "div",
    { id: "f-share", class: "share" },
    element("h2", {}, texts.shareTitle),
    element("p", {}, element("a", { href: shareUrl, dir: "ltr" }, shareUrl)),
    state.medium === "html"
      ? undefined
      : element(
          "p",
          { class: "buttons" },
          element("button", { type: "button", class: "secondary", "data-action": "copy" }, texts.copyAction),
          element("button", { type: "button", class: "secondary", "data-action": "share" }, texts.shareAction),
        ),
    state.medium === "html" ? undefined : element("p", { id: "f-shared", class: "status", role: "status" }),
  );
  return [
    element(
      "div",
      { id: "f-done", class: "done", role: "status", tabindex: "-1", "data-focus": true },
      element(heading, {}, awaitsConfirmation ? texts.awaitedTitle : texts.doneTitle),
      awaitsConfirmation ? element("p", {}, texts.awaitedText) : undefined,
      element("p", { dir: "auto" }, page.campaignTitle),
      counter === undefined ? undefined : element("p", { class: "counter" }, texts.counter(counter)),
      receivedBy.length === 0
        ? undefined
        : element("p", {}, texts.doneReaders(listNames(state.texts.locale, receivedBy))),
    ),
    ...(shareUrl === "" ? [] : [share]),
  ];
}
