/**
 * What an organisation pastes into its own site. Where the browser seals, it pins the ids of the keys that the form may seal to, so
 * that the gateway cannot put another key in their place afterwards without the form refusing.
 */
import type { PageTruth } from "./page-truth.ts";

/** What the snippet names. */
export interface SnippetInput {
  readonly page: PageTruth;
  /** Origin of this gateway, "https://actions.example.org". */
  readonly origin: string;
  /** Path and integrity of the element's script, which belong together; undefined where it is not built. */
  readonly script: { readonly href: string; readonly integrity: string } | undefined;
}

/** HTML of a script and the custom element. Every value is of a restricted alphabet; quotes are escaped all the same. */
export function embedSnippet({ page, origin, script }: SnippetInput): string {
  const keys = page.organisations.flatMap(({ key }) => (key === undefined ? [] : [key.id])).join(" ");
  // Pins promise that the gateway reads nothing: a page that seals at the gateway must not carry them.
  const pins =
    page.view.sealing === "browser" ? ` keys="${escape(keys)}${page.view.mail === undefined ? "" : " mails"}"` : "";
  // Only the name of a content may carry its integrity: the other changes with every version.
  const href = script?.href ?? "/widget/coterie-action.js";
  const integrity = script === undefined ? "" : ` integrity="${escape(script.integrity)}"`;
  return [
    `<script type="module" src="${escape(origin)}${escape(href)}"${integrity} crossorigin="anonymous"></script>`,
    `<coterie-action gateway="${escape(origin)}" page="${escape(page.view.name)}"${pins}></coterie-action>`,
  ].join("\n");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
