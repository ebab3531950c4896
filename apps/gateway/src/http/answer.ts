/** One answer to one HTTP request, and the headers that every answer carries. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { gatewayLimits } from "../limits.ts";

/** What is sent back. Header names are lower-case. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

/** A short answer in plain text, for people who look. */
export function textAnswer(status: number, text: string): Answer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: `${text}\n` };
}

/**
 * Headers of every answer, where the answer itself does not say otherwise: nothing may be cached, framed, sniffed, embedded by
 * other origins or told about in a referrer, and a document that is shown by mistake may load nothing.
 */
const defaultHeaders: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Writes the answer. What is left of a body that was not read is skipped where it is small, else the connection ends. */
export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (response.headersSent || response.destroyed) return;
  const body = typeof answer.body === "string" ? Buffer.from(answer.body, "utf8") : answer.body;
  const bodyless = answer.status === 204 || answer.status === 304;
  const headers: Record<string, string | number> = { ...defaultHeaders, ...answer.headers };
  if (!bodyless) headers["content-length"] = body.length;
  // Closing while the client still sends would lose it the answer: only for bodies that are not worth skipping.
  const isSkippable = Number(request.headers["content-length"] ?? Number.NaN) <= gatewayLimits.skippedBodyBytes;
  if (!request.complete && !isSkippable) headers["connection"] = "close";
  response.writeHead(answer.status, headers);
  response.end(bodyless || request.method === "HEAD" ? undefined : body);
}
