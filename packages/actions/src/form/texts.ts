/** What a catalogue of form texts holds. Typed, so that a language that lacks a text does not compile. */
import type { ProblemCode } from "../field-checks.ts";
import type { FieldKind, FieldPath } from "../form-schema.ts";
import type { DocumentType } from "../national-rule.ts";
import type { FormLocale, Wordings } from "../wordings.ts";

/** Why a submission did not arrive, as far as it matters to the person. */
export type FailureCode =
  | "offline"
  | "rate-limited"
  | "unavailable"
  | "campaign-closed"
  | "not-ready"
  | "changed"
  | "too-large"
  | "not-found"
  | "unproven"
  | "refused";

/** Why the form refuses to seal in the browser. */
export type RefusalCode = "no-pins" | "wrong-key" | "added-receiver" | "clear-text" | "unsupported";

/** All texts of one language. Functions take what is inserted. */
export interface FormTexts {
  readonly locale: FormLocale;
  readonly direction: "ltr" | "rtl";
  /** The sentences that people agree to, of which consent records have a hash. */
  readonly wordings: Wordings;
  readonly labels: { readonly [Path in FieldPath]: string };
  readonly hints: { readonly [Path in FieldPath]?: string };
  readonly documents: { readonly [Type in DocumentType]: string };
  readonly optional: string;
  readonly choose: string;
  readonly residenceGroup: string;
  readonly documentGroup: string;
  readonly onlyFor: (names: string) => string;
  readonly malformed: { readonly [Kind in FieldKind]: string };
  readonly problems: { readonly [Code in Exclude<ProblemCode, "malformed">]: string };
  readonly summary: (problems: number) => string;
  readonly wholePerson: string;
  readonly counter: (people: number) => string;
  readonly readers: (names: string) => string;
  readonly sealedInBrowser: string;
  readonly sealedByGateway: string;
  readonly mailNote: string;
  readonly optInLegend: string;
  readonly optInHint: string;
  readonly yes: string;
  readonly no: string;
  readonly trap: string;
  readonly sign: string;
  readonly sending: string;
  readonly tryAgain: string;
  readonly loading: string;
  readonly failures: { readonly [Code in FailureCode]: string };
  readonly refusalTitle: string;
  readonly refusals: { readonly [Code in RefusalCode]: string };
  readonly refusalAdvice: string;
  readonly closed: string;
  readonly awaitedTitle: string;
  readonly awaitedText: string;
  readonly doneTitle: string;
  readonly doneReaders: (names: string) => string;
  readonly shareTitle: string;
  readonly shareAction: string;
  readonly copyAction: string;
  readonly copied: string;
  readonly keysTitle: string;
  readonly keysIntroduction: string;
  readonly keysLimits: string;
  readonly needsScript: string;
  readonly frameTitle: string;
}

/** What to tell a person about an error code of the wire (`coterie-error`). */
export function failureOf(wireCode: string): FailureCode {
  switch (wireCode) {
    case "rate-limited":
    case "unavailable":
    case "campaign-closed":
    case "too-large":
    case "not-found":
      return wireCode;
    case "work-required":
      return "unproven";
    case "internal":
      return "unavailable";
    case "no-active-key":
      return "not-ready";
    case "wrong-key":
    case "wrong-sealing":
      return "changed";
    default:
      return "refused";
  }
}
