/** From a posted form, or a browser's `FormData`, to what {@link validatePerson} and the consent records take. */
import type { OptIn } from "../coalition.ts";
import type { FormSchema } from "../form-schema.ts";
import { getFormSchema } from "../form-schemas.ts";
import type { ActionPageView } from "../page-view.ts";
import { hiddenNames, optInName } from "./form-state.ts";

/** What a form said. */
export interface FormAnswers {
  /** The value of the hidden `action` input: an action id as text, not yet checked. */
  readonly actionId: string;
  /** The value of the hidden input that says when the form was drawn, not yet checked. */
  readonly formTime: string;
  /** Whether something stands in the input that people do not see. */
  readonly isTrapped: boolean;
  /** To be validated: strings by dotted path, put into groups. */
  readonly person: Readonly<Record<string, unknown>>;
  /** By organisation id. */
  readonly optIns: ReadonlyMap<string, OptIn>;
  /** What was typed, for showing the form again. */
  readonly values: ReadonlyMap<string, string>;
}

/** The answers of a form of this page. Names that the form does not have are ignored; of repeated names the first counts. */
export function readForm(page: ActionPageView, entries: Iterable<readonly [string, string]>): FormAnswers {
  const schema = getFormSchema(page.formSchema);
  const typed = readFormOf({ page, schema }, entries);
  return { ...typed, person: groupFields(schema, typed.values) };
}

/** The same for a form whose schema is at hand, without the person: `validateTyped` takes the values. */
export function readFormOf(
  { page, schema }: { readonly page: ActionPageView; readonly schema: FormSchema },
  entries: Iterable<readonly [string, string]>,
): Omit<FormAnswers, "person"> {
  const given = new Map<string, string>();
  for (const [name, value] of entries) if (!given.has(name)) given.set(name, value);
  const values = new Map<string, string>();
  for (const { path } of schema.fields) {
    const value = given.get(path);
    if (value !== undefined && value !== "") values.set(path, value);
  }
  const optIns = new Map<string, OptIn>();
  for (const { organisationId, asksOptIn } of page.receivers) {
    const name = optInName(organisationId);
    const answer = given.get(name);
    if (answer === "yes" || answer === "no") values.set(name, answer);
    optIns.set(organisationId, !asksOptIn ? "not-asked" : answer === "yes" ? "yes" : "no");
  }
  const formTime = given.get(hiddenNames.formTime) ?? "";
  const isTrapped = (given.get(hiddenNames.trap) ?? "") !== "";
  return { actionId: given.get("action") ?? "", formTime, isTrapped, optIns, values };
}

function groupFields({ fields }: FormSchema, values: ReadonlyMap<string, string>): FormAnswers["person"] {
  const top = new Map<string, unknown>();
  const groups = new Map<string, Map<string, string>>();
  for (const { path } of fields) {
    const value = values.get(path);
    if (value === undefined) continue;
    const [group, member] = path.split(".");
    if (group === undefined || member === undefined) top.set(path, value);
    else groups.set(group, (groups.get(group) ?? new Map<string, string>()).set(member, value));
  }
  for (const [group, members] of groups) top.set(group, Object.fromEntries(members));
  return Object.fromEntries(top);
}
