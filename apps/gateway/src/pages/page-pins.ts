/** The pins of a page's embed snippet, from the page's truth. */
import { snippetPins } from "@coterie/actions";
import type { PageTruth } from "./page-truth.ts";

/** What a page that seals in the browser pins: key logs, and keys of those without one; undefined where the gateway seals. */
export function pinsOfPage({ organisations, view }: PageTruth): readonly string[] | undefined {
  const receivers = organisations.map(({ keyLog, key }) => ({ keyLogId: keyLog?.id, keyId: key?.id }));
  return snippetPins({ sealing: view.sealing, receivers, hasMails: view.mail !== undefined });
}
