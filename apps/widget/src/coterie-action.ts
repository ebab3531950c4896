/**
 * `<coterie-action page="…" gateway="https://…" keys="ckey1…,ckey1…" lang="…">`. With `keys`, the form is in a hosted frame
 * and seals there; without, the form stands in the element's shadow root and the gateway seals. Fires `signed` with the
 * counter and nothing about the person.
 */
import { pickFormLocale } from "@coterie/actions";
import { element, type FormTexts, loadTexts } from "@coterie/actions/form";
import { patchChildren } from "./dom.ts";
import { failureIn } from "./errors.ts";
import { mountForm } from "./form-controller.ts";
import { type EmbedMessage, originOf, readFrameMessage } from "./frame-messages.ts";
import type { GatewayApi } from "./gateway-api.ts";
import { widgetLimits } from "./limits.ts";
import type { LoadedPage } from "./page-json.ts";
import { browserApi, browserClock, loadSealing, refreshCounter } from "./platform.ts";
import style from "./style.css?inline";
import { trackingOf } from "./tracking.ts";

class CoterieActionElement extends HTMLElement {
  #stop: (() => void) | undefined;

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
    const gateway = originOf(this.getAttribute("gateway") ?? import.meta.url);
    const keys = this.getAttribute("keys");
    this.#stop = keys === null ? this.#showForm(root, gateway) : this.#showFrame(root, { gateway, keys });
  }

  disconnectedCallback(): void {
    this.#stop?.();
    this.shadowRoot?.replaceChildren();
  }

  get #language(): string {
    return this.getAttribute("lang") ?? document.documentElement.lang;
  }

  #announce(counter: number): void {
    const detail = { page: this.getAttribute("page") ?? "", counter };
    this.dispatchEvent(new CustomEvent("signed", { bubbles: true, composed: true, detail }));
  }

  #showFrame(root: ShadowRoot, { gateway, keys }: { readonly gateway: string; readonly keys: string }): () => void {
    const language = this.#language;
    const frame = document.createElement("iframe");
    loadTexts(pickFormLocale(language)).then(
      (texts) => {
        frame.title = texts.frameTitle;
      },
      () => undefined,
    );
    frame.height = String(widgetLimits.frameHeightPixels.smallest);
    frame.referrerPolicy = "no-referrer";
    frame.allow = "clipboard-write; web-share";
    // Its own origin for its own requests, scripts and the form's submit event; no navigation of this page, no windows.
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms");
    frame.src = `${gateway}/frame/${encodeURIComponent(this.getAttribute("page") ?? "")}`;
    // The frame's script has run when the frame has loaded. Another origin in its place gets nothing.
    frame.addEventListener("load", () => {
      const address = `${location.origin}${location.pathname}${location.search}`;
      const embed: EmbedMessage = { type: "coterie/embed/1", keys, language, address };
      frame.contentWindow?.postMessage(embed, gateway);
    });
    const listen = (event: MessageEvent): void => {
      const message = readFrameMessage(event, { window: frame.contentWindow, origin: gateway });
      if (message?.type === "coterie/height/1") frame.height = String(message.pixels);
      if (message?.type === "coterie/signed/1") this.#announce(message.counter);
    };
    addEventListener("message", listen);
    root.replaceChildren(frame);
    return () => removeEventListener("message", listen);
  }

  #showForm(root: ShadowRoot, gateway: string): () => void {
    const section = document.createElement("section");
    section.className = "coterie";
    root.replaceChildren(section);
    let stop: (() => void) | undefined;
    let gone = false;
    void this.#loadForm(section, browserApi(gateway)).then((stopRefreshing) => {
      stop = stopRefreshing;
      if (gone) stop?.();
    });
    return () => {
      gone = true;
      stop?.();
    };
  }

  async #loadForm(section: HTMLElement, api: GatewayApi): Promise<(() => void) | undefined> {
    const texts = await loadTexts(pickFormLocale(this.#language));
    section.lang = texts.locale;
    section.dir = texts.direction;
    patchChildren(section, [element("p", { role: "status" }, texts.loading)]);
    try {
      return this.#mount(section, { api, texts, loaded: await api.getPage(this.getAttribute("page") ?? "") });
    } catch (error) {
      patchChildren(section, [element("p", { class: "notice", role: "alert" }, texts.failures[failureIn(error)])]);
      return undefined;
    }
  }

  #mount(
    root: HTMLElement,
    { api, texts, loaded }: { readonly api: GatewayApi; readonly texts: FormTexts; readonly loaded: LoadedPage },
  ): () => void {
    // Without pins nothing is sealed here: whoever reads would be the server's choice.
    const refused = loaded.page.sealing === "browser";
    const page = refused ? { ...loaded.page, accepting: false } : loaded.page;
    const form = mountForm(
      { api, sealing: loadSealing(), now: browserClock },
      {
        root,
        page,
        counter: loaded.counter,
        texts,
        pins: undefined,
        heading: "h2",
        showsKeys: false,
        shareUrl: `${location.origin}${location.pathname}`,
        tracking: trackingOf(location.href),
        onSigned: (signed) => this.#announce(signed),
      },
    );
    if (refused) form.refuse("no-pins");
    return refreshCounter(api, { form, pageName: page.name });
  }
}

if (customElements.get("coterie-action") === undefined) customElements.define("coterie-action", CoterieActionElement);
