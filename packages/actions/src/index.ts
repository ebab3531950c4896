/**
 * Form schemas, consent, the coalition rule and splitting: shared by widget, gateway and command line. Drawing the form is
 * `@coterie/actions/form`. This file is the table of contents.
 */
export { type CoalitionCase, decideReceivers, type OptIn } from "./coalition.ts";
export {
  apiWordingId,
  type ConsentPurpose,
  type ConsentRecord,
  encodeConsentRecord,
  hashConsentRecord,
} from "./consent.ts";
export { countryCodes, isCountryCode } from "./countries.ts";
export {
  type CheckedClear,
  type CustomFields,
  type Tracking,
  validateCustomFields,
  validateTracking,
} from "./custom-fields.ts";
export { embedSnippet, type SnippetInput, snippetPins, type SnippetPinsInput } from "./embed-snippet.ts";
export { type ActionsError, InvalidConsentError, RequestTooLargeError, UnknownNameError } from "./errors.ts";
export type { ProblemCode } from "./field-checks.ts";
export {
  type FieldKind,
  type FieldPath,
  type FormField,
  type FormSchema,
  type FormSchemaId,
  isFormSchemaId,
  optionalFieldPaths,
} from "./form-schema.ts";
export { formSchemas, getFormSchema } from "./form-schemas.ts";
export { actionLimits, formLimits } from "./limits.ts";
export { findNationalRule, memberStates } from "./member-states.ts";
export { isLocale, isSlug } from "./names.ts";
export type { DocumentRule, DocumentType, NationalRule } from "./national-rule.ts";
export { paddingFor } from "./padding.ts";
export {
  type ActionPageView,
  mailFollows,
  type OptInByOrganisation,
  type ReceiverKey,
  type ReceiverView,
  receiversOfAnswers,
  receivesAnyway,
  type SealingMode,
} from "./page-view.ts";
export {
  type AskedField,
  askedFields,
  type FieldProblem,
  type Person,
  type ValidatedPerson,
  type ValidationRules,
  createPersonValidator,
  validatePerson,
  validateTyped,
} from "./person.ts";
export {
  type Answers,
  type ConsentMethod,
  type ContactPlan,
  type PlanInput,
  type PlannedContact,
  planContacts,
  planOwnContacts,
  recordConsents,
  recordConsentsIn,
  wordingIdFor,
} from "./split.ts";
export { hasForbiddenCharacter, type NormalisedText, normaliseText } from "./text.ts";
export {
  type FormLocale,
  formLocales,
  hashWording,
  isWordingId,
  pickFormLocale,
  renderWording,
  type WordingId,
  type WordingInput,
  type Wordings,
} from "./wordings.ts";
