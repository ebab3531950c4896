/** Whole HTML documents for the gateway: the page, which works without script, and the frame, which needs it. */
import { getFormSchema } from "../form-schemas.ts";
import type { ActionPageView } from "../page-view.ts";
import type { FieldProblem } from "../person.ts";
import { pickFormLocale } from "../wordings.ts";
import { textsOf } from "./catalogues.ts";
import type { FormPhase, FormState } from "./form-state.ts";
import { viewForm } from "./form-view.ts";
import { element, type Markup, type MarkupElement, renderHtml } from "./markup.ts";
import type { FailureCode, FormTexts } from "./texts.ts";

/** A file that the page loads, with its integrity metadata ("sha384-…") and the modules it imports. */
export interface AssetLink {
  readonly href: string;
  readonly integrity?: string;
  readonly imports?: readonly AssetLink[];
}

/** What the documents load. Without `script` a page is plain HTML. */
export interface DocumentAssets {
  readonly style: AssetLink;
  readonly script?: AssetLink;
}

/** What {@link renderActionPage} shows. */
export interface ActionPageInput {
  readonly page: ActionPageView;
  readonly counter: number | undefined;
  /** BCP 47; languages we do not have are shown in English. */
  readonly locale: string;
  /** A fresh action id as text; after a refused form the same one again, so that a repeat is harmless. */
  readonly idempotencyId: string;
  /** What the gateway signed about when it drew the form. */
  readonly formTime?: string;
  readonly problems?: readonly FieldProblem[];
  /** What was typed, by input name (see `readForm`). */
  readonly values?: ReadonlyMap<string, string>;
  readonly failure?: FailureCode;
  /** Set after a signature arrived. */
  readonly done?: { readonly receivedBy: readonly string[]; readonly awaitsConfirmation?: boolean | undefined };
  /** The page's public address, for passing it on. */
  readonly shareUrl?: string;
  readonly assets: DocumentAssets;
}

/**
 * The page at `/p/<name>` as an HTML document. In gateway sealing it works without script; in browser sealing it says that
 * script is needed, and the script draws the form. Everything inserted is escaped.
 */
export function renderActionPage(input: ActionPageInput): string {
  const state = stateOf(input);
  const { texts } = state;
  const waits = input.page.sealing === "browser" && input.page.accepting;
  const body = waits ? viewWaiting(texts, state) : viewForm(state);
  return renderDocument({ texts, title: input.page.campaignTitle, assets: input.assets, page: input.page, body });
}

/** The document at `/frame/<name>`, which a page elsewhere embeds: script draws the form in it. */
export function renderFrame(input: Pick<ActionPageInput, "page" | "locale" | "assets">): string {
  const texts = textsOf(pickFormLocale(input.locale));
  const body = [
    element("p", { role: "status" }, texts.loading),
    element("noscript", {}, element("p", { class: "notice" }, texts.needsScript)),
  ];
  return renderDocument({ texts, title: texts.frameTitle, assets: input.assets, page: input.page, body });
}

function stateOf(input: ActionPageInput): FormState {
  return {
    page: input.page,
    schema: getFormSchema(input.page.formSchema),
    texts: textsOf(pickFormLocale(input.locale)),
    counter: input.counter,
    idempotencyId: input.idempotencyId,
    formTime: input.formTime ?? "",
    values: input.values ?? new Map(),
    problems: input.problems ?? [],
    phase: phaseOf(input),
    medium: "html",
    heading: "h1",
    viewKeys: undefined,
    shareUrl: input.shareUrl ?? "",
  };
}

function phaseOf({ done, failure }: ActionPageInput): FormPhase {
  if (done !== undefined) return { kind: "done", ...done };
  return failure === undefined ? { kind: "open" } : { kind: "failed", failure };
}

// The header, without a form that could be posted in clear.
function viewWaiting(texts: FormTexts, state: FormState): readonly MarkupElement[] {
  const [header] = viewForm({ ...state, phase: { kind: "open" } });
  return [
    ...(header === undefined ? [] : [header]),
    element("noscript", {}, element("p", { class: "notice" }, texts.needsScript)),
  ];
}

interface DocumentInput {
  readonly texts: FormTexts;
  readonly title: string;
  readonly assets: DocumentAssets;
  readonly page: ActionPageView;
  readonly body: readonly Markup[];
}

function renderDocument({ texts, title, assets, page, body }: DocumentInput): string {
  const head = element(
    "head",
    {},
    element("meta", { charset: "utf-8" }),
    element("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
    element("meta", { name: "color-scheme", content: "light dark" }),
    element("meta", { name: "referrer", content: "no-referrer" }),
    element("title", {}, title),
    element("link", { rel: "stylesheet", href: assets.style.href, integrity: assets.style.integrity ?? false }),
    ...viewScript(assets.script),
  );
  const main = element("main", { class: "coterie", "data-page": page.name, "data-locale": texts.locale }, ...body);
  return `<!doctype html>${renderHtml(element("html", { lang: texts.locale, dir: texts.direction }, head, element("body", {}, main)))}`;
}

// Preloads carry the integrity of imported modules, which an import statement cannot.
function viewScript(script: AssetLink | undefined): readonly MarkupElement[] {
  if (script === undefined) return [];
  const preloads = (script.imports ?? []).map(({ href, integrity }) =>
    element("link", { rel: "modulepreload", href, integrity: integrity ?? false }),
  );
  return [...preloads, element("script", { type: "module", src: script.href, integrity: script.integrity ?? false })];
}
