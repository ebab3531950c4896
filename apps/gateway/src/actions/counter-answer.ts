/**
 * `/counter/<page-name>`: the number of a page's campaign for everybody, as small as an answer can be (docs/protocol/counting.md §3). A second old here and a
 * second in caches between; an unchanged number is told without a body.
 */
import { isSlug } from "@coterie/actions";
import type { IncomingMessage } from "node:http";
import { type Answer, textAnswer } from "../http/answer.ts";
import type { Pages } from "../pages/page-truth.ts";
import type { Counters } from "./counters.ts";

/** Which page, and who asks. */
export interface CounterRequest {
  readonly name: string;
  readonly request: IncomingMessage;
}

/** The number as JSON: `{"counter":12345}`. Any site may ask, and nothing of the answer depends on who does. */
export async function counterAnswer(
  { pages, counters }: { readonly pages: Pages; readonly counters: Counters },
  { name, request }: CounterRequest,
): Promise<Answer> {
  const page = isSlug(name) ? await pages.find({ name }) : undefined;
  if (page === undefined) return { ...textAnswer(404, "not found"), headers: openHeaders };
  const counter = await counters.get(page.campaignId);
  const etag = `"${counter}"`;
  const headers = { ...openHeaders, "cache-control": "public, max-age=1", etag };
  if (matches(request.headers["if-none-match"], etag)) return { status: 304, headers, body: "" };
  return {
    status: 200,
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ counter }),
  };
}

const openHeaders: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "etag",
  "cross-origin-resource-policy": "cross-origin",
};

/** RFC 9110 §13.1.2: weak comparison of a list, or "*". */
function matches(header: string | undefined, etag: string): boolean {
  return (header ?? "").split(",").some((one) => one.trim() === "*" || one.trim().replace(/^W\//, "") === etag);
}
