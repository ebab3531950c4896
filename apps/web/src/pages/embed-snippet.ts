/**
 * The code that an organisation pastes into its site. Where the browser seals, it pins the ids of the keys that the form may
 * seal to, so that the gateway cannot put another key in their place afterwards without the form refusing.
 */
import { type ActionPage, Sealing } from "@coterie/protocol";

/** What the code names. */
export interface SnippetInput {
  readonly page: Pick<ActionPage, "name" | "sealing" | "receivers">;
  /** Origin of the gateway. */
  readonly origin: string;
  /** "" where it is not known. */
  readonly scriptIntegrity: string;
}

/** HTML of the form's script and element. Every value is of a restricted alphabet; quotes are escaped all the same. */
export function embedSnippet({ page, origin, scriptIntegrity }: SnippetInput): string {
  const pins = page.sealing === Sealing.BROWSER ? ` keys="${escape(pinnedKeys(page).join(" "))}"` : "";
  const integrity = scriptIntegrity === "" ? "" : ` integrity="${escape(scriptIntegrity)}"`;
  return [
    `<script type="module" src="${escape(origin)}/widget/coterie-action.js"${integrity} crossorigin="anonymous"></script>`,
    `<coterie-action gateway="${escape(origin)}" page="${escape(page.name)}"${pins}></coterie-action>`,
  ].join("\n");
}

function pinnedKeys({ receivers }: Pick<ActionPage, "receivers">): readonly string[] {
  return receivers.flatMap(({ publicKey }) => (publicKey === undefined ? [] : [publicKey.id]));
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
