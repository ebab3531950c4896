/** What an organisation pastes into its own site: one text, whether the gateway or the organisation's pages give it. */

/** What the snippet names. */
export interface SnippetInput {
  /** Origin of the gateway, "https://actions.example.org". */
  readonly origin: string;
  readonly pageName: string;
  /**
   * Ids of the keys that the form may seal to, so that the gateway cannot put another key in their place afterwards without
   * the form refusing. Undefined for a page that seals at the gateway: pins promise that the gateway reads nothing.
   */
  readonly pins: readonly string[] | undefined;
  /** Path and integrity of the element's script, which belong together; undefined where it is not built. */
  readonly script: { readonly href: string; readonly integrity: string } | undefined;
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
