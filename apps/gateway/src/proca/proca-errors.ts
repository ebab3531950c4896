/** Refusals in the shape of Proca's errors: a code in `extensions`, a message of a closed list, and no word of the request. */
import { type WireErrorCode, wireErrorCodes } from "@coterie/protocol";
import { CoterieError } from "@coterie/bytes";
import type { RefusedError } from "../errors.ts";

/** What only this interface refuses. */
export type ProcaReason = keyof typeof procaReasons;

const procaReasons = {
  "bad-document": "the document cannot be read, or does not fit the schema",
  "bad-input": "a variable or argument is not of its type",
  "too-complex": "the document asks for too much at once",
  "wrong-action-type": "the page takes actions of another type",
  unsupported: "donations, messages to targets and tests are not taken here",
} as const;

/** A request that this interface refuses. */
export class ProcaError extends CoterieError {
  readonly code = "gateway/proca";
  readonly reason: ProcaReason;

  constructor(reason: ProcaReason) {
    super("the request was refused");
    this.reason = reason;
  }
}

/** One member of `errors`. */
export interface ErrorBody {
  readonly message: string;
  readonly path?: readonly string[];
  readonly extensions: { readonly code: string };
}

/** The members of `errors` for a refusal: one for each field of a person, else one. */
export function errorBodies(refusal: ProcaError | Pick<RefusedError, "reason" | "fields">): readonly ErrorBody[] {
  if (refusal instanceof ProcaError) {
    return [{ message: procaReasons[refusal.reason], extensions: { code: codeOf(refusal.reason) } }];
  }
  const { reason, fields } = refusal;
  const extensions = { code: codeOf(reason) };
  if (fields.length === 0) return [{ message: wireErrorCodes[reason], extensions }];
  return fields.map((field) => ({ message: "is missing or malformed", path: pathOf(field), extensions }));
}

function codeOf(reason: ProcaReason | WireErrorCode): string {
  return reason.replaceAll("-", "_");
}

const addressFields: ReadonlySet<string> = new Set(["country", "postcode", "street", "streetNumber", "city"]);

/** Where Proca's clients have the field: names of our schemas, never what was sent. */
function pathOf(field: string): readonly string[] {
  if (addressFields.has(field)) return ["contact", "address", field === "city" ? "locality" : field];
  return ["contact", ...field.split(".")];
}
