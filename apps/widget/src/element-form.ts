/** The form inside the element's shadow root, where the gateway seals. Loaded only where it is needed. */
import { pickFormLocale } from "@coterie/actions";
import { element, type FormTexts, loadTexts } from "@coterie/actions/form";
import { schemeOfSite } from "./colour-scheme.ts";
import { patchChildren } from "./dom.ts";
import { failureIn } from "./errors.ts";
import { mountForm } from "./form-controller.ts";
import type { GatewayApi } from "./gateway-api.ts";
import {
  browserApi,
  browserClock,
  clearSubmitterLoader,
  type LoadedForm,
  loadForm,
  refreshCounter,
} from "./platform.ts";
import style from "./style.css?inline";
import { trackingOf } from "./tracking.ts";

/** How the element shows a form. */
export interface ElementFormOptions {
  readonly gateway: string;
  readonly pageName: string;
  readonly language: string;
  readonly onSigned: (counter: number) => void;
}

/** Shows the form in `root`; the result ends its refreshing. */
export async function showElementForm(root: ShadowRoot, options: ElementFormOptions): Promise<() => void> {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];
  const section = document.createElement("section");
  section.className = "coterie";
  section.dataset["scheme"] = schemeOfSite(root.host);
  root.replaceChildren(section);
  const texts = await loadTexts(pickFormLocale(options.language));
  section.lang = texts.locale;
  section.dir = texts.direction;
  patchChildren(section, [element("p", { role: "status" }, texts.loading)]);
  const api = browserApi(options.gateway);
  try {
    return mount(section, { api, texts, options, loaded: await loadForm(api, options.pageName) });
  } catch (error) {
    patchChildren(section, [element("p", { class: "notice", role: "alert" }, texts.failures[failureIn(error)])]);
    return () => undefined;
  }
}

interface MountInput {
  readonly api: GatewayApi;
  readonly texts: FormTexts;
  readonly options: ElementFormOptions;
  readonly loaded: LoadedForm;
}

function mount(root: HTMLElement, { api, texts, options, loaded }: MountInput): () => void {
  // Without pins nothing is sealed here: whoever reads would be the server's choice.
  const refused = loaded.page.sealing === "browser";
  const page = refused ? { ...loaded.page, accepting: false } : loaded.page;
  const form = mountForm(
    { api, submitter: clearSubmitterLoader(), now: browserClock },
    {
      root,
      page,
      schema: loaded.schema,
      counter: loaded.counter,
      texts,
      pins: undefined,
      heading: "h2",
      viewKeys: undefined,
      shareUrl: `${location.origin}${location.pathname}`,
      tracking: trackingOf(location.href),
      onSigned: options.onSigned,
    },
  );
  if (refused) form.refuse("no-pins");
  return refreshCounter(api, { form, pageName: page.name });
}
