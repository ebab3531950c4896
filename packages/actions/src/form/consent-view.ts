/** Who reads what is written, and what is agreed to: the sentences that consent records hash, and the keys. */
import { mailFollows, type OptInByOrganisation, type ReceiverView, receiversOfAnswers } from "../page-view.ts";
import { wordingIdFor } from "../split.ts";
import { type FormState, optInName } from "./form-state.ts";
import { element, type MarkupElement } from "./markup.ts";
import { listNames } from "./names-list.ts";
import type { FormTexts } from "./texts.ts";

/** Who can read it, and where it is locked. */
export function viewReaders(texts: FormTexts, state: FormState): MarkupElement {
  const optIns: OptInByOrganisation = new Map(
    state.page.receivers.map(({ organisationId }) => [
      organisationId,
      state.values.get(optInName(organisationId)) === "yes" ? "yes" : "no",
    ]),
  );
  const ids = receiversOfAnswers(state.page, optIns);
  const names = state.page.receivers.filter(({ organisationId }) => ids.includes(organisationId));
  const listed = listNames(
    state.texts.locale,
    names.map(({ organisationName }) => organisationName),
  );
  const how = state.page.sealing === "browser" ? texts.sealedInBrowser : texts.sealedByGateway;
  const note = mailFollows(state.page, optIns) ? ` ${texts.mailNote}` : "";
  return element(
    "p",
    { id: "f-readers", class: "readers" },
    element("strong", {}, texts.readers(listed)),
    ` ${how}${note}`,
  );
}

/** One sentence for every organisation concerned, as a question where the person is asked. */
export function viewOptIns(texts: FormTexts, state: FormState): MarkupElement | undefined {
  const sentences = state.page.receivers.filter((receiver) => wordingIdFor(state.page, receiver) !== undefined);
  if (sentences.length === 0) return undefined;
  const asks = sentences.some(({ asksOptIn }) => asksOptIn);
  return element(
    "div",
    { id: "f-optins", class: "optins" },
    asks ? element("h2", {}, texts.optInLegend) : undefined,
    ...sentences.map((receiver) => viewOptIn(texts, { state, receiver })),
    asks ? element("p", { class: "hint" }, texts.optInHint) : undefined,
  );
}

function viewOptIn(
  texts: FormTexts,
  { state, receiver }: { readonly state: FormState; readonly receiver: ReceiverView },
): MarkupElement | undefined {
  const id = wordingIdFor(state.page, receiver);
  if (id === undefined) return undefined;
  const sentence = texts.wordings[id](receiver.organisationName);
  if (!receiver.asksOptIn) return element("p", { class: "delivery" }, sentence);
  const name = optInName(receiver.organisationId);
  const answer = (value: "yes" | "no"): MarkupElement =>
    element(
      "label",
      { class: "answer" },
      element("input", { type: "radio", name, value, checked: state.values.get(name) === value }),
      element("span", {}, value === "yes" ? texts.yes : texts.no),
    );
  return element(
    "fieldset",
    { class: "optin" },
    element("legend", {}, sentence),
    element("div", { class: "answers" }, answer("yes"), answer("no")),
  );
}
