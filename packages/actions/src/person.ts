/**
 * Makes a person's fields uniform and checks them: the same code in the browser, at the gateway and when a contact is
 * opened (docs/protocol/actions.md §6). Linear in the length of the input; nothing of the input appears in a problem.
 */
import { type CheckContext, checkField, type ProblemCode } from "./field-checks.ts";
import type { FieldPath, FormField, FormSchema } from "./form-schema.ts";
import { type DocumentRule, documentsOf, type NationalRule, nationalRuleOf } from "./national-rule.ts";
import { normaliseText } from "./text.ts";

/** A person's fields: text, or one level of groups such as `address`. Only fields of the schema, none of them empty. */
export interface Person {
  readonly [name: string]: string | { readonly [name: string]: string };
}

/** One thing that is wrong. `field` is a path of the schema, or "" for the person as a whole. */
export interface FieldProblem {
  readonly field: FieldPath | "";
  readonly problem: ProblemCode;
}

/** The outcome of {@link validatePerson}. */
export type ValidatedPerson =
  | { readonly kind: "valid"; readonly person: Person }
  | { readonly kind: "invalid"; readonly problems: readonly FieldProblem[] };

/** What {@link validatePerson} needs besides schema and input. */
export interface ValidationRules {
  /** Optional fields that the page requires. */
  readonly requiredFields: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A field as one person is asked for it. */
export interface AskedField extends FormField {
  /** "left-out": the nationality's rule has no use for it, so it is neither asked for nor kept. */
  readonly demand: "required" | "optional" | "left-out";
}

/**
 * The fields as a person of `nationality` (a country code, "" where unknown) is asked for them, with the page's
 * additional requirements. Order is the form's.
 */
export function askedFields(
  schema: FormSchema,
  { requiredFields, nationality }: { readonly requiredFields: readonly string[]; readonly nationality: string },
): readonly AskedField[] {
  const rule = nationalRuleOf(schema, nationality);
  return schema.fields.map((field) => ({ ...field, demand: demandOf(field, { rule, requiredFields }) }));
}

/**
 * The person in uniform form, or every problem found, in the order of the form.
 *
 * @example
 * import { formSchemas, validatePerson } from "@coterie/actions";
 *
 * const input = { firstName: " Alice ", email: "alice@example.org" };
 * const result = validatePerson(formSchemas["basic/1"], input, { requiredFields: [], now: () => 0 });
 * // result.kind === "valid", result.person.firstName === "Alice"
 */
export function validatePerson(schema: FormSchema, input: unknown, rules: ValidationRules): ValidatedPerson {
  return createPersonValidator(schema)(input, rules);
}

/** {@link validatePerson} for one schema and many persons: what follows from the schema alone is prepared once. */
export function createPersonValidator(schema: FormSchema): (input: unknown, rules: ValidationRules) => ValidatedPerson {
  const shape = shapeOf(schema);
  return (input, rules) => {
    const flat = flatten(shape, input);
    if (flat === undefined) return { kind: "invalid", problems: [{ field: "", problem: "malformed" }] };
    return normaliseAndCheck(schema, { ...flat, rules });
  };
}

/** {@link validatePerson} for what was typed into a form's own inputs, by path: there can be no other members, and no other types. */
export function validateTyped(
  schema: FormSchema,
  { valueByPath, rules }: { readonly valueByPath: ReadonlyMap<string, string>; readonly rules: ValidationRules },
): ValidatedPerson {
  return normaliseAndCheck(schema, { valueByPath, problems: [], rules });
}

function normaliseAndCheck(
  schema: FormSchema,
  {
    valueByPath,
    problems: before,
    rules,
  }: {
    readonly valueByPath: ReadonlyMap<string, string>;
    readonly problems: readonly FieldProblem[];
    readonly rules: ValidationRules;
  },
): ValidatedPerson {
  const problems: FieldProblem[] = [...before];
  const typed = new Map<FieldPath, string>();
  for (const field of schema.fields) {
    const normalised = normaliseText(valueByPath.get(field.path) ?? "");
    if (normalised.kind === "text") typed.set(field.path, normalised.text);
    else problems.push({ field: field.path, problem: normalised.kind });
  }
  return checkTyped(schema, { typed, problems, rules });
}

function checkTyped(
  schema: FormSchema,
  {
    typed,
    problems,
    rules,
  }: {
    readonly typed: ReadonlyMap<FieldPath, string>;
    readonly problems: FieldProblem[];
    readonly rules: ValidationRules;
  },
): ValidatedPerson {
  const nationality = (typed.get("nationality.country") ?? "").toUpperCase();
  const documentType = documentTypeOf(typed, documentsOf(schema, nationality));
  const context: CheckContext = { nowMs: rules.now(), schema, nationality, documentType };
  const rule = nationalRuleOf(schema, nationality);
  const kept = new Map<FieldPath, string>();
  const refused = new Set<FieldPath | "">(problems.map(({ field }) => field));
  for (const field of schema.fields) {
    const demand = demandOf(field, { rule, requiredFields: rules.requiredFields });
    if (demand === "left-out" || refused.has(field.path)) continue;
    const outcome = checkOne(field, { demand, text: typed.get(field.path) ?? "", context });
    if (typeof outcome === "string") kept.set(field.path, outcome);
    else if (outcome !== undefined) problems.push(outcome);
  }
  if (problems.length > 0) return { kind: "invalid", problems: inFormOrder(schema, problems) };
  return { kind: "valid", person: unflatten(kept) };
}

function demandOf(
  field: FormField,
  { rule, requiredFields }: { readonly rule: NationalRule | undefined; readonly requiredFields: readonly string[] },
): AskedField["demand"] {
  if (field.group !== undefined && rule !== undefined)
    return (field.group === "residence") === (rule.part === "A") ? "required" : "left-out";
  return field.required || requiredFields.includes(field.path) ? "required" : "optional";
}

// The text of a field, a problem, or undefined where an optional field is empty.
function checkOne(
  field: FormField,
  {
    demand,
    text,
    context,
  }: { readonly demand: AskedField["demand"]; readonly text: string; readonly context: CheckContext },
): string | FieldProblem | undefined {
  const typed = field.kind === "document-type" && text === "" ? context.documentType : text;
  if (typed === "") return demand === "required" ? { field: field.path, problem: "missing" } : undefined;
  if (typed.length > field.maxCharacters) return { field: field.path, problem: "too-long" };
  const checked = checkField(field, { text: typed, context });
  return "text" in checked ? checked.text : { field: field.path, problem: checked.problem };
}

// A nationality with one kind of document needs no choice.
function documentTypeOf(typed: ReadonlyMap<FieldPath, string>, documents: readonly DocumentRule[]): string {
  const chosen = typed.get("nationality.documentType") ?? "";
  const [only, another] = documents;
  return chosen === "" && only !== undefined && another === undefined ? only.type : chosen;
}

interface FlatInput {
  readonly valueByPath: ReadonlyMap<string, string>;
  readonly problems: readonly FieldProblem[];
}

interface SchemaShape {
  readonly paths: ReadonlyMap<string, FieldPath>;
  /** Names of groups such as `address`. */
  readonly groups: ReadonlySet<string | undefined>;
}

function shapeOf({ fields }: FormSchema): SchemaShape {
  return {
    paths: new Map<string, FieldPath>(fields.map(({ path }) => [path, path])),
    groups: new Set(fields.filter(({ path }) => path.includes(".")).map(({ path }) => path.split(".")[0])),
  };
}

// Reads own enumerable members only, so that neither `__proto__` nor an inherited member counts as a field.
function flatten({ paths, groups }: SchemaShape, input: unknown): FlatInput | undefined {
  if (!isRecord(input)) return undefined;
  const valueByPath = new Map<string, string>();
  const problems: FieldProblem[] = [];
  const read = (name: string, value: unknown): void => {
    const path = paths.get(name);
    if (path === undefined) problems.push({ field: "", problem: "unknown-field" });
    else if (typeof value === "string") valueByPath.set(path, value);
    else problems.push({ field: path, problem: "malformed" });
  };
  for (const [name, value] of boundedEntries(input)) {
    if (!groups.has(name)) read(name.includes(".") ? "" : name, value);
    else if (!isRecord(value)) problems.push({ field: "", problem: "malformed" });
    else for (const [member, inner] of boundedEntries(value)) read(`${name}.${member}`, inner);
  }
  return { valueByPath, problems };
}

// No schema has as many members; further ones would only repeat "unknown-field".
const maximumMembers = 32;

function boundedEntries(record: Readonly<Record<string, unknown>>): readonly [string, unknown][] {
  return Object.keys(record)
    .slice(0, maximumMembers)
    .map((name) => [name, record[name]]);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function inFormOrder(schema: FormSchema, problems: readonly FieldProblem[]): readonly FieldProblem[] {
  const order = new Map<string, number>(schema.fields.map(({ path }, index) => [path, index]));
  const place = ({ field }: FieldProblem): number => order.get(field) ?? -1;
  const unique = new Map(problems.map((found) => [`${found.field} ${found.problem}`, found]));
  return [...unique.values()].sort((left, right) => place(left) - place(right));
}

function unflatten(kept: ReadonlyMap<FieldPath, string>): Person {
  const groups = new Map<string, [string, string][]>();
  const top: [string, string][] = [];
  for (const [path, text] of kept) {
    const [group, member] = path.split(".");
    if (group === undefined || member === undefined) top.push([path, text]);
    else groups.set(group, [...(groups.get(group) ?? []), [member, text]]);
  }
  const nested = [...groups].map(([group, members]): [string, Person[string]] => [group, Object.fromEntries(members)]);
  return Object.fromEntries<Person[string]>([...top, ...nested]);
}
