/**
 * Drawing the action form (`@coterie/actions/form`): one description, written out as HTML by the gateway and built as DOM
 * by the widget. This file is the table of contents.
 */
export { textsOf } from "./form/catalogues.ts";
export { type FormPhase, type FormState, fieldId, fieldsToDraw, optInName } from "./form/form-state.ts";
export { viewForm } from "./form/form-view.ts";
export { viewKeys } from "./form/keys-view.ts";
export {
  element,
  type Markup,
  type MarkupAttributes,
  type MarkupElement,
  type MarkupTag,
  renderHtml,
} from "./form/markup.ts";
export { loadTexts } from "./form/load-texts.ts";
export { listNames } from "./form/names-list.ts";
export {
  type ActionPageInput,
  type AssetLink,
  type DocumentAssets,
  renderActionPage,
  renderFrame,
} from "./form/page-document.ts";
export { type FormAnswers, readForm, readFormOf } from "./form/read-form.ts";
export { type FailureCode, type FormTexts, failureOf, type RefusalCode } from "./form/texts.ts";
export { loadFormSchema } from "./schemas/load-schema.ts";
