/** From Proca's spelling of a person and an action to ours. What the form schema does not know is left out, as Proca does. */
import { getFormSchema, validateCustomFields, validateTracking } from "@coterie/actions";
import { RefusedError } from "../errors.ts";
import { parseJson } from "../http/body.ts";
import type { PageTruth } from "../pages/page-truth.ts";
import type { ActionInput, ContactInput, TrackingInput } from "./input.ts";
import { ProcaError } from "./proca-errors.ts";

/** The person as JSON in the shape of the page's form schema; it is validated by the intake. */
export function personJson({ page, contact }: { readonly page: PageTruth; readonly contact: ContactInput }): string {
  const textByPath = new Map(pathsOf(contact));
  const person = new Map<string, string | Map<string, string>>();
  for (const { path } of getFormSchema(page.view.formSchema).fields) {
    const text = textByPath.get(path) ?? "";
    const [group = path, member] = path.split(".");
    if (text === "") continue;
    if (member === undefined) person.set(path, text);
    else {
      const members = person.get(group);
      if (members instanceof Map) members.set(member, text);
      else person.set(group, new Map([[member, text]]));
    }
  }
  return JSON.stringify(Object.fromEntries(person), (_, value: unknown) =>
    value instanceof Map ? Object.fromEntries(value) : value,
  );
}

function pathsOf({ address, nationality, birthDate, ...contact }: ContactInput): [string, string][] {
  const [first, ...rest] = (contact.name ?? "").trim().split(/\s+/);
  const hasName = first !== undefined && first !== "";
  const paths: [string, unknown][] = [
    ["firstName", contact.firstName ?? (hasName ? first : "")],
    ["lastName", contact.lastName ?? (contact.firstName ? "" : rest.join(" "))],
    ["email", contact.email],
    ["phone", contact.phone],
    ["birthDate", birthDate],
    ["country", address?.country],
    ["postcode", address?.postcode],
    // The two schemas spell the rest of the address differently.
    ["city", address?.locality],
    ["street", address?.street],
    ["streetNumber", address?.streetNumber],
    ["address.locality", address?.locality],
    ["address.region", address?.region],
    ["address.street", address?.street],
    ["address.streetNumber", address?.streetNumber],
    ["nationality.country", nationality?.country],
    ["nationality.documentType", nationality?.documentType],
    ["nationality.documentNumber", nationality?.documentNumber],
  ];
  return paths.map(([path, value]) => [path, typeof value === "string" ? value : ""]);
}

/** The custom fields of an action. Throws ProcaError "unsupported" or "bad-input". */
export function customFieldsOf(action: ActionInput): Readonly<Record<string, string>> {
  const { donation, mtt, testing, fields, customFields } = action;
  if (isGiven(donation) || isGiven(mtt) || testing === true) throw new ProcaError("unsupported");
  const given: [string, string][] = (fields ?? []).map(({ key, value }) => [key, value]);
  const checked = validateCustomFields(Object.fromEntries([...given, ...parseCustomFields(customFields)]));
  if (checked.kind === "valid") return checked.value;
  throw checked.problem === "too-large" ? new RefusedError("too-large") : new ProcaError("bad-input");
}

/** Proca's scalar `Json` travels as text; objects are taken as well. Values that are no text keep their JSON. */
function parseCustomFields(input: unknown): [string, string][] {
  if (!isGiven(input)) return [];
  const value: unknown = typeof input === "string" ? parseJsonText(input) : input;
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new ProcaError("bad-input");
  const entries: [string, unknown][] = Object.entries(value);
  return entries.flatMap(([key, member]): [string, string][] => {
    if (!isGiven(member)) return [];
    return [[key, typeof member === "string" ? member : JSON.stringify(member)]];
  });
}

function parseJsonText(text: string): unknown {
  try {
    return parseJson(Buffer.from(text, "utf8"));
  } catch {
    throw new ProcaError("bad-input");
  }
}

/** Tracking in our form. Throws ProcaError "bad-input" or RefusedError "too-large". */
export function trackingOf(tracking: TrackingInput | null | undefined): Required<Record<keyof TrackingInput, string>> {
  const checked = validateTracking(tracking ?? undefined);
  if (checked.kind === "valid") return checked.value;
  throw checked.problem === "too-large" ? new RefusedError("too-large") : new ProcaError("bad-input");
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
