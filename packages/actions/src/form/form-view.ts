/** The form in each of its states. */
import type { FormSchema } from "../form-schema.ts";
import { nationalRuleOf } from "../national-rule.ts";
import { viewOptIns, viewReaders } from "./consent-view.ts";
import { viewDone } from "./done-view.ts";
import { viewField } from "./field-view.ts";
import {
  chosenNationality,
  describeProblem,
  type FormState,
  fieldId,
  fieldsToDraw,
  hiddenNames,
} from "./form-state.ts";
import { element, type Markup, type MarkupElement } from "./markup.ts";
import { listNames } from "./names-list.ts";
import type { FormTexts } from "./texts.ts";

/** The whole form as it stands, as the children of whatever holds it. */
export function viewForm(state: FormState): readonly MarkupElement[] {
  const { texts } = state;
  switch (state.phase.kind) {
    case "done":
      return viewDone(texts, { state, ...state.phase });
    case "refused":
      return [viewHeader(texts, state), viewRefusal(texts, texts.refusals[state.phase.refusal])];
    case "open":
    case "sending":
    case "failed":
      if (!state.page.accepting) return [viewHeader(texts, state), element("p", { class: "notice" }, texts.closed)];
      return [viewHeader(texts, state), viewOpenForm(texts, state)];
  }
}

function viewHeader(texts: FormTexts, { page, counter, heading }: FormState): MarkupElement {
  const paragraphs = page.description.split(/\n{2,}/).filter((paragraph) => paragraph.trim() !== "");
  return element(
    "header",
    {},
    element(heading, { dir: "auto" }, page.campaignTitle),
    ...paragraphs.map((paragraph) => element("p", { class: "description", dir: "auto" }, paragraph)),
    counter === undefined ? undefined : element("p", { class: "counter" }, texts.counter(counter)),
  );
}

function viewRefusal(texts: FormTexts, reason: string): MarkupElement {
  return element(
    "div",
    { id: "f-refusal", class: "notice refusal", role: "alert", tabindex: "-1", "data-focus": true },
    element("h2", {}, texts.refusalTitle),
    element("p", {}, reason),
    element("p", {}, texts.refusalAdvice),
  );
}

function viewOpenForm(texts: FormTexts, state: FormState): MarkupElement {
  const sending = state.phase.kind === "sending";
  const failure = state.phase.kind === "failed" ? texts.failures[state.phase.failure] : undefined;
  const retry = failure !== undefined;
  return element(
    "form",
    {
      method: "post",
      action: `/p/${encodeURIComponent(state.page.name)}`,
      novalidate: state.medium === "script",
      "accept-charset": "utf-8",
    },
    element("input", { type: "hidden", name: "action", value: state.idempotencyId }),
    state.formTime === ""
      ? undefined
      : element("input", { type: "hidden", name: hiddenNames.formTime, value: state.formTime }),
    viewTrap(texts),
    viewSummary(texts, state),
    viewReaders(texts, state),
    ...viewFields(texts, state),
    viewOptIns(texts, state),
    element(
      "div",
      { id: "f-status", class: "status", role: "status" },
      sending ? element("p", {}, texts.sending) : undefined,
      failure === undefined
        ? undefined
        : element("p", { class: "failure", tabindex: "-1", "data-focus": true }, failure),
    ),
    element(
      "button",
      { id: "f-submit", type: "submit", "aria-disabled": sending ? "true" : false },
      retry ? texts.tryAgain : texts.sign,
    ),
    state.viewKeys?.(texts, state),
  );
}

/**
 * Programs that fill in every field fill in this one. People neither see nor hear it nor reach it by keyboard; its name means nothing
 * to browsers that fill in forms, and where it is shown all the same (no style sheet), its label says what to do.
 */
function viewTrap(texts: FormTexts): MarkupElement {
  const name = hiddenNames.trap;
  return element(
    "div",
    { id: "f-trap", class: "trap", "aria-hidden": "true" },
    element("label", { for: `f-${name}` }, texts.trap),
    element("input", { id: `f-${name}`, name, type: "text", tabindex: "-1", autocomplete: "off", value: "" }),
  );
}

function viewSummary(texts: FormTexts, state: FormState): MarkupElement | undefined {
  if (state.problems.length === 0) return undefined;
  const kindByPath = new Map(state.schema.fields.map(({ path, kind }) => [path, kind]));
  const items = state.problems.map((found) => {
    const text = describeProblem(texts, {
      found,
      kind: (found.field === "" ? undefined : kindByPath.get(found.field)) ?? "text",
    });
    return element("li", {}, found.field === "" ? text : element("a", { href: `#${fieldId(found.field)}` }, text));
  });
  return element(
    "div",
    { id: "f-summary", class: "notice summary", role: "alert", tabindex: "-1", "data-focus": true },
    element("h2", {}, texts.summary(state.problems.length)),
    element("ul", {}, ...items),
  );
}

function viewFields(texts: FormTexts, state: FormState): readonly Markup[] {
  const fields = fieldsToDraw(state);
  const draw = (group: "residence" | "document" | undefined): readonly MarkupElement[] =>
    fields
      .filter((field) => field.group === group)
      .map((field) => viewField({ texts, state, field }))
      .filter((field) => field !== undefined);
  const groups: readonly (readonly [string, string, readonly MarkupElement[], string])[] = [
    ["f-residence", texts.residenceGroup, draw("residence"), partNames(state, "A")],
    ["f-document", texts.documentGroup, draw("document"), partNames(state, "B")],
  ];
  const fieldsets = groups
    .filter(([, , drawn]) => drawn.length > 0)
    .map(([id, legend, drawn, hint]) =>
      element(
        "fieldset",
        { id },
        element("legend", {}, legend),
        hint === "" ? undefined : element("p", { class: "hint" }, hint),
        ...drawn,
      ),
    );
  return [...draw(undefined), ...fieldsets];
}

// Where both groups are drawn (no script, no nationality yet), each says whose it is.
function partNames(state: FormState, part: "A" | "B"): string {
  if (nationalRuleOf(state.schema, chosenNationality(state)) !== undefined) return "";
  const names = new Intl.DisplayNames(state.texts.locale, { type: "region" });
  const listed = listNames(
    state.texts.locale,
    statesOf(state.schema, part).map((code) => names.of(code) ?? code),
  );
  return state.texts.onlyFor(listed);
}

function statesOf({ nationalRules = {} }: FormSchema, part: "A" | "B"): readonly string[] {
  return Object.entries(nationalRules).flatMap(([code, rule]) => (rule.part === part ? [code] : []));
}
