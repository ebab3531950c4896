/** What an organisation pastes into its own site: one text, whether the gateway or the organisation's pages give it. */
import type { SealingMode } from "./page-view.ts";

/** What the snippet names. */
export interface SnippetInput {
  /** Origin of the gateway, "https://actions.example.org". */
  readonly origin: string;
  readonly pageName: string;
  /**
   * Ids of the key logs, or of the keys, that the form may seal to, so that the gateway cannot put another key in their place
   * afterwards without the form refusing (see `snippetPins`). Undefined for a page that seals at the gateway: pins promise that the gateway reads nothing.
   */
  readonly pins: readonly string[] | undefined;
  /** Path and integrity of the element's script, which belong together; undefined where it is not built. */
  readonly script: { readonly href: string; readonly integrity: string } | undefined;
}

/** What a page's snippet has to pin. */
export interface SnippetPinsInput {
  readonly sealing: SealingMode;
  /** The organisations that may receive, with the id of their key log ("clog1…") and of their active key, where they have them. */
  readonly receivers: readonly { readonly keyLogId: string | undefined; readonly keyId: string | undefined }[];
  /** Whether the gateway may write mails, and so gets an address. */
  readonly hasMails: boolean;
}

/**
 * The pins of a page's snippet; undefined where the gateway seals. A log stays the same when keys rotate, so that it is pinned in the
 * place of the key: such a snippet need not be changed.
 */
export function snippetPins({ sealing, receivers, hasMails }: SnippetPinsInput): readonly string[] | undefined {
  if (sealing !== "browser") return undefined;
  const ids = receivers.flatMap(({ keyLogId, keyId }) => keyLogId ?? keyId ?? []);
  return hasMails ? [...ids, "mails"] : ids;
}

/** HTML of a script and the custom element. Every value is of a restricted alphabet; quotes are escaped all the same. */
export function embedSnippet({ origin, pageName, pins, script }: SnippetInput): string {
  const keys = pins === undefined ? "" : ` keys="${escape(pins.join(" "))}"`;
  // Only the name of a content may carry its integrity: the other changes with every version.
  const href = script?.href ?? "/widget/coterie-action.js";
  const integrity = script === undefined ? "" : ` integrity="${escape(script.integrity)}"`;
  return [
    `<script type="module" src="${escape(origin)}${escape(href)}"${integrity} crossorigin="anonymous"></script>`,
    `<coterie-action gateway="${escape(origin)}" page="${escape(pageName)}"${keys}></coterie-action>`,
  ].join("\n");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
