/**
 * `<coterie-action page="…" gateway="https://…" keys="ckey1…,ckey1…" lang="…">`. With `keys`, the form is in a hosted frame
 * and seals there; without, the form stands in the element's shadow root and the gateway seals. Fires `signed` with the
 * page's name and the counter, and nothing about the person.
 */
import { schemeOfSite } from "./colour-scheme.ts";
import { type EmbedMessage, originOf, readFrameMessage } from "./frame-messages.ts";
import { frameHeightPixels } from "./limits.ts";

class CoterieActionElement extends HTMLElement {
  #stop: (() => void) | undefined;

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const gateway = originOf(this.getAttribute("gateway") ?? import.meta.url);
    const keys = this.getAttribute("keys");
    this.#stop = keys === null ? this.#showForm(root, gateway) : this.#showFrame(root, { gateway, keys });
  }

  disconnectedCallback(): void {
    this.#stop?.();
    this.shadowRoot?.replaceChildren();
  }

  get #page(): string {
    return this.getAttribute("page") ?? "";
  }

  get #language(): string {
    return this.getAttribute("lang") ?? document.documentElement.lang;
  }

  #announce(counter: number): void {
    const detail = { page: this.#page, counter };
    this.dispatchEvent(new CustomEvent("signed", { bubbles: true, composed: true, detail }));
  }

  #showFrame(root: ShadowRoot, { gateway, keys }: { readonly gateway: string; readonly keys: string }): () => void {
    const language = this.#language;
    const frame = createFrame(`${gateway}/frame/${encodeURIComponent(this.#page)}`);
    // The frame's script has run when the frame has loaded. Another origin in its place gets nothing.
    frame.addEventListener("load", () => {
      const address = `${location.origin}${location.pathname}${location.search}`;
      const embed: EmbedMessage = { type: "coterie/embed/1", keys, language, scheme: schemeOfSite(this), address };
      frame.contentWindow?.postMessage(embed, gateway);
    });
    const listen = (event: MessageEvent): void => {
      const message = readFrameMessage(event, { window: frame.contentWindow, origin: gateway });
      if (message?.type === "coterie/title/1") frame.title = message.title;
      if (message?.type === "coterie/height/1") frame.height = String(message.pixels);
      if (message?.type === "coterie/signed/1") this.#announce(message.counter);
    };
    addEventListener("message", listen);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(":host{display:block}iframe{display:block;width:100%;border:0}");
    root.adoptedStyleSheets = [sheet];
    root.replaceChildren(frame);
    return () => removeEventListener("message", listen);
  }

  #showForm(root: ShadowRoot, gateway: string): () => void {
    let stop: (() => void) | undefined;
    let gone = false;
    const options = { gateway, pageName: this.#page, language: this.#language, onSigned: this.#announce.bind(this) };
    const show = async (): Promise<void> => {
      const { showElementForm } = await import("./element-form.ts");
      stop = await showElementForm(root, options);
      if (gone) stop();
    };
    // Where the program does not arrive, what the site put between the element's tags (a link, say) shows instead.
    show().catch(() => root.replaceChildren(document.createElement("slot")));
    return () => {
      gone = true;
      stop?.();
    };
  }
}

function createFrame(address: string): HTMLIFrameElement {
  const frame = document.createElement("iframe");
  frame.title = "Coterie";
  frame.height = String(frameHeightPixels.smallest);
  frame.referrerPolicy = "no-referrer";
  frame.allow = "clipboard-write; web-share";
  // Its own origin for its own requests, scripts and the form's submit event; no navigation of this page, no windows.
  frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms");
  frame.src = address;
  return frame;
}

if (customElements.get("coterie-action") === undefined) customElements.define("coterie-action", CoterieActionElement);
