// Requests as browsers make them: many kept connections, an address of their own in front of the gateway's proxy.
import { Agent, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { wireChallengeHeader, wireErrorHeader } from "@coterie/protocol";

export interface Reply {
  readonly status: number;
  /** The gateway's code for a refusal; "" where it gave none. */
  readonly code: string;
  readonly text: string;
  /** What a submission without work must solve. */
  readonly challenge: string;
}

export interface Call {
  readonly url: string;
  readonly method: "GET" | "HEAD" | "POST";
  /** Whom the proxy says it comes from. */
  readonly from: string;
  readonly body?: string;
  readonly type?: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 512 });
const timeoutMs = 20_000;

/** The reply; undefined where there was none. */
export async function call({
  url,
  method,
  from,
  body = "",
  type = "application/json",
}: Call): Promise<Reply | undefined> {
  return await new Promise((resolve) => {
    const headers: Record<string, string | number> = { "x-forwarded-for": from };
    if (method === "POST") Object.assign(headers, { "content-type": type, "content-length": Buffer.byteLength(body) });
    const sent = request(url, { method, agent, headers, timeout: timeoutMs }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", () => resolve(undefined));
      response.once("aborted", () => resolve(undefined));
      response.once("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const header = (name: string): string => String(response.headers[name] ?? "");
        const [code, challenge] = [header(wireErrorHeader), header(wireChallengeHeader)];
        resolve({ status: response.statusCode ?? 0, code, text, challenge });
      });
    });
    sent.once("timeout", () => sent.destroy());
    sent.once("error", () => resolve(undefined));
    sent.end(method === "POST" ? body : undefined);
  });
}

/** Whether to send the same again: the gateway cannot take it now. */
function isForLater(reply: Reply): boolean {
  return reply.status === 503 || reply.code === "unavailable" || reply.code === "internal";
}

/** Five minutes of trying: nothing that is planned here takes as long. */
const patienceMs = 300_000;

/** Asks until there is an answer that is none "for later"; at last a reply with status 0. */
export async function untilAnswered(ask: () => Promise<Reply | undefined>): Promise<Reply> {
  const untilMs = performance.now() + patienceMs;
  for (let attempt = 1; performance.now() < untilMs; attempt++) {
    const reply = await ask();
    if (reply !== undefined && !isForLater(reply)) return reply;
    await delay(100 * Math.min(10, attempt));
  }
  return { status: 0, code: "no answer", text: "", challenge: "" };
}

export function closeConnections(): void {
  agent.destroy();
}
