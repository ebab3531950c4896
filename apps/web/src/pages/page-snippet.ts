/** The code that an organisation pastes into its site for one page. */
import { embedSnippet, type SnippetInput } from "@coterie/actions";
import { type ActionPage, Sealing } from "@coterie/protocol";

/** What the code is made from. */
export interface PageSnippetInput extends Pick<SnippetInput, "origin" | "script"> {
  readonly page: Pick<ActionPage, "name" | "sealing" | "receivers" | "mailKey">;
}

/** HTML of the form's script and element, with the pins of the page as it is now. */
export function pageSnippet({ page, origin, script }: PageSnippetInput): string {
  return embedSnippet({ origin, pageName: page.name, pins: pinsOf(page), script });
}

function pinsOf({ sealing, receivers, mailKey }: PageSnippetInput["page"]): readonly string[] | undefined {
  if (sealing !== Sealing.BROWSER) return undefined;
  const keys = receivers.flatMap(({ publicKey }) => (publicKey === undefined ? [] : [publicKey.id]));
  return mailKey === undefined ? keys : [...keys, "mails"];
}
