/**
 * Posting once. The name's addresses are asked for and checked, and the connection goes to just these: what the name leads to a moment
 * later does not matter. Redirects are not followed, of the answer nothing but its status is used, and everything has an end.
 */
import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps, type RequestOptions } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { errorCode } from "../log/log.ts";
import type { AddressPolicy } from "./address-policy.ts";
import type { ResolveHost } from "./resolve-host.ts";
import { hostOf } from "./webhook-address.ts";

/** What posting needs. */
export interface PostDeps {
  readonly policy: AddressPolicy;
  readonly resolve: ResolveHost;
  /** How long one attempt may take, from the name to the status. */
  readonly timeoutMs: number;
}

/** What came of it. "stopped" is no attempt: this process ends. */
export type PostOutcome =
  | "delivered"
  | "refused"
  | "gone"
  | "redirected"
  | "timeout"
  | "unreachable"
  | "tls"
  | "address-refused"
  | "stopped";

/** One attempt. */
export interface PostResult {
  readonly outcome: PostOutcome;
  /** 0 without an answer. */
  readonly status: number;
  /** What the receiver asked for, where it asked for a pause. */
  readonly retryAfterMs: number | undefined;
}

/** What is posted. */
export interface PostInput {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Ends the attempt, because this process ends. */
  readonly signal: AbortSignal;
}

const answerHeaderBytes = 16 * 1024;
const skippedAnswerBytes = 16 * 1024;
const skippedAnswerMs = 2000;

/** Posts; never throws for what the receiver or the network does. */
export async function post(deps: PostDeps, input: PostInput): Promise<PostResult> {
  const late = AbortSignal.timeout(deps.timeoutMs);
  const signal = AbortSignal.any([late, input.signal]);
  try {
    const addresses = await abortable(deps.resolve(hostOf(input.url)), signal);
    if (addresses.length === 0) return without("unreachable");
    if (!addresses.every((address) => isAllowed(deps, { url: input.url, address }))) return without("address-refused");
    return await send({ ...input, signal }, addresses);
  } catch (error) {
    if (input.signal.aborted) return without("stopped");
    if (late.aborted) return without("timeout");
    return without(
      /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(errorCode(error)) ? "tls" : "unreachable",
    );
  }
}

function isAllowed({ policy }: PostDeps, { url, address }: { readonly url: URL; readonly address: string }): boolean {
  return url.protocol === "https:" ? policy.permits(address) : policy.isExempt(address);
}

function without(outcome: PostOutcome): PostResult {
  return { outcome, status: 0, retryAfterMs: undefined };
}

async function send({ url, headers, body, signal }: PostInput, addresses: readonly string[]): Promise<PostResult> {
  const options: RequestOptions = {
    method: "POST",
    hostname: hostOf(url),
    port: url.port,
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host, "content-length": String(body.length) },
    // A connection of its own, which goes to the addresses that were checked.
    agent: false,
    lookup: pinned(addresses),
    maxHeaderSize: answerHeaderBytes,
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
    signal,
  };
  const request = url.protocol === "https:" ? requestHttps(options) : requestHttp(options);
  request.end(body);
  const response = await answerOf(request);
  skip(response);
  return { ...judge(response.statusCode ?? 0), retryAfterMs: retryAfterOf(response) };
}

/** Instead of asking for the name once more. */
function pinned(addresses: readonly string[]): LookupFunction {
  const entries = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, done) => {
    const [first = { address: "", family: 0 }] = entries;
    if (options.all === true) done(null, entries);
    else done(null, first.address, first.family);
  };
}

async function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    request.on("response", resolve);
    // Stays for what happens to the connection later.
    request.on("error", reject);
    request.on("close", () => reject(new Error("closed")));
  });
}

/** Reads past a short body, so that the receiver is not cut off in its answer; a long or slow one is. */
function skip(response: IncomingMessage): void {
  let seenBytes = 0;
  const timer = setTimeout(() => response.destroy(), skippedAnswerMs);
  timer.unref();
  response.on("data", (chunk: Buffer) => {
    seenBytes += chunk.length;
    if (seenBytes > skippedAnswerBytes) response.destroy();
  });
  response.on("error", () => undefined);
  response.on("close", () => clearTimeout(timer));
}

function judge(status: number): Pick<PostResult, "outcome" | "status"> {
  if (status >= 200 && status < 300) return { outcome: "delivered", status };
  if (status >= 300 && status < 400) return { outcome: "redirected", status };
  return { outcome: status === 410 ? "gone" : "refused", status };
}

/** Seconds; dates are not understood, and the usual pause is made. */
function retryAfterOf({ headers }: IncomingMessage): number | undefined {
  const text = headers["retry-after"] ?? "";
  return /^\d{1,6}$/.test(text) ? Number(text) * 1000 : undefined;
}

async function abortable<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return await new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error("aborted"));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
