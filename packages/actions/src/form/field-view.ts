/** One field: its label, its help, what is wrong with it, and the input. */
import { countryCodes } from "../countries.ts";
import { type DocumentRule, documentsOf } from "../national-rule.ts";
import type { AskedField } from "../person.ts";
import { chosenNationality, describeShortly, type FormState, fieldId } from "./form-state.ts";
import { element, type Markup, type MarkupAttributes, type MarkupElement } from "./markup.ts";
import type { FormTexts } from "./texts.ts";

interface FieldContext {
  readonly texts: FormTexts;
  readonly state: FormState;
  readonly field: AskedField;
}

/** The field, or undefined where there is nothing to choose. */
export function viewField(context: FieldContext): MarkupElement | undefined {
  const { texts, state, field } = context;
  const documents = documentsOf(state.schema, chosenNationality(state));
  if (field.kind === "document-type" && documents.length === 1) return undefined;
  const id = fieldId(field.path);
  const hint = texts.hints[field.path];
  const found = state.problems.find((problem) => problem.field === field.path);
  // A group's fields are needed by some nationalities and useless to others: the group says so.
  const optional = field.demand === "optional" && field.group === undefined;
  const described = [...(hint === undefined ? [] : [`${id}-hint`]), ...(found === undefined ? [] : [`${id}-problem`])];
  const common: MarkupAttributes = {
    id,
    name: field.path,
    autocomplete: field.autocomplete,
    required: field.demand === "required",
    "aria-invalid": found === undefined ? false : "true",
    "aria-describedby": described.length === 0 ? false : described.join(" "),
  };
  return element(
    "div",
    { id: `${id}-field`, class: found === undefined ? "field" : "field bad" },
    element(
      "label",
      { for: id },
      labelOf(context, documents),
      optional ? element("span", { class: "optional" }, ` (${texts.optional})`) : undefined,
    ),
    hint === undefined ? undefined : element("p", { class: "hint", id: `${id}-hint` }, hint),
    found === undefined
      ? undefined
      : element("p", { class: "problem", id: `${id}-problem` }, describeShortly(texts, { found, kind: field.kind })),
    viewControl({ ...context, documents }, common),
  );
}

function viewControl(
  { texts, state, field, documents }: FieldContext & { readonly documents: readonly DocumentRule[] },
  common: MarkupAttributes,
): MarkupElement {
  const value = state.values.get(field.path) ?? "";
  switch (field.kind) {
    case "country":
      return viewChoice(common, { texts, value, choices: countryChoices(state.texts.locale, countryCodes) });
    case "member-state":
      return viewChoice(common, {
        texts,
        value,
        choices: countryChoices(state.texts.locale, Object.keys(state.schema.nationalRules ?? {})),
      });
    case "document-type":
      return viewChoice(common, { texts, value, choices: documentChoices(texts, documents) });
    case "birth-date":
      return element("input", { ...common, type: "date", value, min: "1900-01-01" });
    case "email":
    case "telephone":
      return element("input", {
        ...common,
        type: field.kind === "email" ? "email" : "tel",
        dir: "ltr",
        value,
        ...typing,
      });
    case "document-number":
      return element("input", { ...common, type: "text", dir: "ltr", autocapitalize: "characters", value, ...typing });
    case "name":
    case "text":
    case "postcode":
      return element("input", { ...common, type: "text", dir: "auto", inputmode: field.inputMode, value, ...typing });
  }
}

// No `maxlength`: browsers cut what is pasted without a word, and a name that is cut is a wrong name. Too long is said instead.
const typing: MarkupAttributes = { spellcheck: "false" };

type Choice = readonly [value: string, label: string];

function viewChoice(
  common: MarkupAttributes,
  { texts, value, choices }: { readonly texts: FormTexts; readonly value: string; readonly choices: readonly Choice[] },
): MarkupElement {
  const options = choices.map(([code, label]) => element("option", { value: code, selected: code === value }, label));
  return element("select", common, element("option", { value: "" }, texts.choose), ...options);
}

function countryChoices(locale: string, codes: readonly string[]): readonly Choice[] {
  const names = new Intl.DisplayNames(locale, { type: "region", fallback: "code" });
  const collator = new Intl.Collator(locale);
  const choices = codes.map((code): Choice => [code, names.of(code) ?? code]);
  return choices.sort(([, left], [, right]) => collator.compare(left, right));
}

// Without a nationality (no script) every kind of document is offered.
function documentChoices(texts: FormTexts, documents: readonly DocumentRule[]): readonly Choice[] {
  if (documents.length === 0) return Object.entries(texts.documents);
  return documents.map(({ type, name }): Choice => [type, `${texts.documents[type]} – ${name}`]);
}

function labelOf({ texts, field }: FieldContext, documents: readonly DocumentRule[]): Markup {
  const only = documents.length === 1 ? documents[0] : undefined;
  if (field.kind === "document-number" && only !== undefined) return `${texts.documents[only.type]} – ${only.name}`;
  return texts.labels[field.path];
}
