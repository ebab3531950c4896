/** The pins of a page's embed snippet, from the page's truth. */
import type { PageTruth } from "./page-truth.ts";

/** What a page that seals in the browser pins; undefined where the gateway seals. */
export function pinsOfPage({ organisations, view }: PageTruth): readonly string[] | undefined {
  if (view.sealing !== "browser") return undefined;
  const keys = organisations.flatMap(({ key }) => (key === undefined ? [] : [key.id]));
  return view.mail === undefined ? keys : [...keys, "mails"];
}
