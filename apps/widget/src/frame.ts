/** The hosted frame, `/frame/<page>`: holds the form where the browser seals, out of reach of the site around it. */
import { pickFormLocale } from "@coterie/actions";
import { element, type FormTexts, loadTexts } from "@coterie/actions/form";
import { patchChildren } from "./dom.ts";
import { failureIn } from "./errors.ts";
import { mountForm } from "./form-controller.ts";
import { type EmbedMessage, type FrameMessage, readEmbedMessage } from "./frame-messages.ts";
import type { GatewayApi } from "./gateway-api.ts";
import { browserApi, browserClock, type LoadedForm, loadForm, refreshCounter, sealingLoader } from "./platform.ts";
import { trackingOf } from "./tracking.ts";

// The very file that is served seals a thousand boxes for the interoperability test.
export { loadBrowserSealing } from "./sealing.ts";

const main = document.querySelector<HTMLElement>("main.coterie");
if (main !== null) start(main, main.dataset["page"] ?? "");

function start(root: HTMLElement, pageName: string): void {
  const api = browserApi("");
  // The embedder's origin is whatever the browser says of the first proper message from the parent window, and stays that.
  let embedder: string | undefined;
  addEventListener("message", (event) => {
    if (embedder !== undefined || parent === window) return;
    const embed = readEmbedMessage(event, { window: parent, origin: undefined });
    if (embed === undefined) return;
    embedder = event.origin;
    document.documentElement.dataset["scheme"] = embed.scheme;
    const tell = (message: FrameMessage): void => parent.postMessage(message, event.origin);
    reportHeight(root, tell);
    void show(root, { api, pageName, embed, embedder, tell });
  });
  if (parent === window) void showUnpinned(root);
}

interface Embedded {
  readonly api: GatewayApi;
  readonly pageName: string;
  readonly embed: EmbedMessage;
  readonly embedder: string;
  readonly tell: (message: FrameMessage) => void;
}

async function show(root: HTMLElement, embedded: Embedded): Promise<void> {
  const { api, pageName, embed, embedder } = embedded;
  const asked = loadTexts(pickFormLocale(embed.language === "" ? document.documentElement.lang : embed.language));
  try {
    const loaded = await loadForm(api, pageName);
    const allowed = loaded.embedOrigins.length === 0 || loaded.embedOrigins.includes(embedder);
    if (!allowed) return showText(root, (await asked).failures["not-found"]);
    await showForm(root, { ...embedded, loaded, texts: await asked });
  } catch (error) {
    showText(root, (await asked).failures[failureIn(error)]);
  }
}

async function showForm(
  root: HTMLElement,
  { api, embed, tell, loaded, texts }: Embedded & { readonly loaded: LoadedForm; readonly texts: FormTexts },
): Promise<void> {
  document.documentElement.lang = texts.locale;
  document.documentElement.dir = texts.direction;
  document.title = texts.frameTitle;
  tell({ type: "coterie/title/1", title: texts.frameTitle });
  const { page, schema, counter } = loaded;
  const sealing = sealingLoader();
  const keys = await sealing();
  const pins = keys.parsePins(embed.keys);
  const refusal = await keys.checkPins({ page, pins });
  root.replaceChildren();
  const form = mountForm(
    { api, submitter: sealing, now: browserClock },
    {
      root,
      // A refused page is drawn as one that asks nothing.
      page: refusal === undefined ? page : { ...page, accepting: false },
      schema,
      counter,
      texts,
      pins,
      heading: "h1",
      viewKeys: undefined,
      shareUrl: withoutQuery(embed.address),
      tracking: trackingOf(embed.address),
      onSigned: (signed) => tell({ type: "coterie/signed/1", counter: signed }),
    },
  );
  if (refusal === undefined) refreshCounter(api, { form, pageName: page.name });
  else form.refuse(refusal);
}

async function showUnpinned(root: HTMLElement): Promise<void> {
  showText(root, (await loadTexts(pickFormLocale(document.documentElement.lang))).refusals["no-pins"]);
}

function withoutQuery(address: string): string {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
}

function showText(root: HTMLElement, text: string): void {
  root.replaceChildren();
  patchChildren(root, [element("p", { class: "notice", role: "alert" }, text)]);
}

function reportHeight(root: HTMLElement, tell: (message: FrameMessage) => void): void {
  new ResizeObserver(() => {
    tell({ type: "coterie/height/1", pixels: Math.ceil(root.getBoundingClientRect().height) });
  }).observe(root);
}
