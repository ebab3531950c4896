/** Everything that a form's appearance depends on. The views are functions of it. */
import type { FieldKind, FieldPath, FormSchema } from "../form-schema.ts";
import { nationalRuleOf } from "../national-rule.ts";
import type { ActionPageView } from "../page-view.ts";
import { type AskedField, askedFields, type FieldProblem } from "../person.ts";
import type { MarkupElement } from "./markup.ts";
import type { FailureCode, FormTexts, RefusalCode } from "./texts.ts";

/** How far a person has come. */
export type FormPhase =
  | { readonly kind: "open" }
  | { readonly kind: "sending" }
  | { readonly kind: "failed"; readonly failure: FailureCode }
  | { readonly kind: "refused"; readonly refusal: RefusalCode }
  /** Names of the organisations that received the person. */
  | {
      readonly kind: "done";
      readonly receivedBy: readonly string[];
      readonly awaitsConfirmation?: boolean | undefined;
    };

/** The state of one form. */
export interface FormState {
  readonly page: ActionPageView;
  /** The page's schema. */
  readonly schema: FormSchema;
  /** The language of the form. */
  readonly texts: FormTexts;
  /** Undefined where it is not known; then none is shown. */
  readonly counter: number | undefined;
  /** Action id as text: the idempotency id of the submission. */
  readonly idempotencyId: string;
  /** What the gateway signed about when it drew a form without script; "" where script sends it. */
  readonly formTime: string;
  /** What was typed, by the inputs' names: dotted paths, and `optin.` with an organisation id. */
  readonly values: ReadonlyMap<string, string>;
  readonly problems: readonly FieldProblem[];
  readonly phase: FormPhase;
  /** "html": everything must work by links and posted forms; "script": the widget reacts. */
  readonly medium: "html" | "script";
  readonly heading: "h1" | "h2";
  /** Shows the keys (`viewKeys`): only where nothing outside the page pins them. */
  readonly viewKeys: ((texts: FormTexts, state: FormState) => MarkupElement) | undefined;
  /** The address that people may pass on; "" shows none. */
  readonly shareUrl: string;
}

/** Names of inputs that people neither see nor fill in: when the form was drawn, and a trap for programs that fill in everything. */
export const hiddenNames: { readonly formTime: string; readonly trap: string } = { formTime: "time", trap: "topic" };

/** The name of the input that carries the answer about an organisation. */
export function optInName(organisationId: string): string {
  return `optin.${organisationId}`;
}

/** The HTML id of a field's input. */
export function fieldId(path: FieldPath): string {
  return `f-${path.replace(".", "-")}`;
}

/** The code of the nationality chosen so far, in upper case; "" for none. */
export function chosenNationality({ values }: Pick<FormState, "values">): string {
  return (values.get("nationality.country") ?? "").toUpperCase();
}

/** The fields to draw, by the nationality chosen so far. Without script both groups of an initiative are drawn. */
export function fieldsToDraw(state: FormState): readonly AskedField[] {
  const nationality = chosenNationality(state);
  const known = nationalRuleOf(state.schema, nationality) !== undefined;
  const asked = askedFields(state.schema, { requiredFields: state.page.requiredFields, nationality });
  return asked.filter((field) => {
    if (field.demand === "required") return true;
    if (field.demand === "left-out" || !field.offered) return false;
    return field.group === undefined || known || state.medium === "html";
  });
}

/** A problem as it is described: what was found, in which kind of field. */
export interface DescribedProblem {
  readonly found: FieldProblem;
  readonly kind: FieldKind;
}

/** One sentence about a problem, with the field's name in front: for the summary. */
export function describeProblem(texts: FormTexts, described: DescribedProblem): string {
  const { field } = described.found;
  return `${field === "" ? texts.wholePerson : texts.labels[field]}: ${sentence(texts, described)}`;
}

/** The same beside the field, whose name stands there already. */
export function describeShortly(texts: FormTexts, described: DescribedProblem): string {
  const text = sentence(texts, described);
  return `${text.slice(0, 1).toLocaleUpperCase(texts.locale)}${text.slice(1)}`;
}

function sentence(texts: FormTexts, { found, kind }: DescribedProblem): string {
  return found.problem === "malformed" ? texts.malformed[kind] : texts.problems[found.problem];
}
