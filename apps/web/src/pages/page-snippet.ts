/** The code that an organisation pastes into its site for one page. */
import { embedSnippet, type SnippetInput, snippetPins } from "@coterie/actions";
import { type ActionPage, Sealing } from "@coterie/protocol";

/** What the code is made from. */
export interface PageSnippetInput extends Pick<SnippetInput, "origin" | "script"> {
  readonly page: Pick<ActionPage, "name" | "sealing" | "receivers" | "mailKey">;
}

/** HTML of the form's script and element, with the pins of the page as it is now. */
export function pageSnippet({ page, origin, script }: PageSnippetInput): string {
  const { sealing, receivers, mailKey } = page;
  const pins = snippetPins({
    sealing: sealing === Sealing.BROWSER ? "browser" : "gateway",
    receivers: receivers.map(({ keyLogId, publicKey }) => ({
      keyLogId: keyLogId === "" ? undefined : keyLogId,
      keyId: publicKey?.id,
    })),
    hasMails: mailKey !== undefined,
  });
  return embedSnippet({ origin, pageName: page.name, pins, script });
}
