/**
 * Connect unary calls on node:http. The protocol is Connect's own implementation; what is ours is around it: bodies are
 * read with a limit and parsed with a depth limit before it sees them, and every failed answer is rebuilt from the closed list of
 * errors, because the library repeats input in its messages.
 */
import {
  type ConnectRouter,
  type ContextKey,
  createConnectRouter,
  createContextKey,
  createContextValues,
} from "@connectrpc/connect";
import type { UniversalHandler, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { protocolLimits, wireChallengeHeader, wireErrorFieldsHeader, wireErrorHeader } from "@coterie/protocol";
import type { IncomingMessage } from "node:http";
import { RefusedError } from "../errors.ts";
import type { Log } from "../log/log.ts";
import type { Answer } from "./answer.ts";
import { type Json, parseJson, readBody } from "./body.ts";
import {
  reasonOf,
  type RefusalFacts,
  refusalBody,
  refusalHeaders,
  refusalInterceptor,
  statusOf,
  toRefusal,
  wasReachedKey,
} from "./connect-errors.ts";

/** The client's network prefix, for rates. */
export const clientPrefixKey: ContextKey<string> = createContextKey("unknown");

/** One call as it arrived. */
export interface ConnectCall {
  readonly request: IncomingMessage;
  readonly clientPrefix: string;
}

/** Answers calls; undefined where the path is no method. */
export type ConnectCalls = (path: string, call: ConnectCall) => Promise<Answer> | undefined;

/** Mounts the services that `register` adds. */
export function createConnectCalls(
  { log }: { readonly log: Log },
  register: (router: ConnectRouter) => void,
): ConnectCalls {
  const router = createConnectRouter({
    grpc: false,
    grpcWeb: false,
    interceptors: [refusalInterceptor({ log })],
    maxTimeoutMs: 60_000,
    // Unknown fields of newer clients are ignored in JSON as they are in binary.
    jsonOptions: { ignoreUnknownFields: true },
  });
  register(router);
  const handlerByPath = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  return (path, call) => {
    const handler = handlerByPath.get(path);
    return handler === undefined ? undefined : answer({ log }, { handler, call });
  };
}

interface HandledCall {
  readonly handler: UniversalHandler;
  readonly call: ConnectCall;
}

async function answer({ log }: { readonly log: Log }, { handler, call }: HandledCall): Promise<Answer> {
  try {
    const { request } = call;
    if (!handler.allowedMethods.includes(request.method ?? "")) throw new RefusedError("invalid");
    const contextValues = createContextValues().set(clientPrefixKey, call.clientPrefix);
    const response = await handler({
      httpVersion: request.httpVersion,
      url: `http://gateway${request.url ?? "/"}`,
      method: request.method ?? "",
      header: protocolHeaders(request),
      body: request.method === "GET" ? [] : await readMessage(request),
      // One for each call: the library adds listeners to it.
      signal: new AbortController().signal,
      contextValues,
    });
    return await toAnswer(response, { wasReached: contextValues.get(wasReachedKey) });
  } catch (error) {
    return refusalAnswer(toRefusal({ log }, error));
  }
}

/** A refusal as Connect clients understand it. */
export function refusalAnswer({ reason, fields, challenge }: RefusalFacts): Answer {
  return {
    status: statusOf(reason),
    headers: { "content-type": "application/json", ...refusalHeaders({ reason, fields, challenge }) },
    body: refusalBody(reason),
  };
}

async function readMessage(request: IncomingMessage): Promise<Json | AsyncIterable<Uint8Array>> {
  const isJson = (request.headers["content-type"] ?? "").toLowerCase().startsWith("application/json");
  const encoded = request.headers["content-encoding"] ?? "identity";
  // No compression: a small body must not become a large one.
  if (encoded !== "identity") throw new RefusedError("invalid");
  const body = await readBody(request, protocolLimits.requestBytes);
  return isJson ? parseJson(body) : once(body);
}

async function* once(body: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(body);
}

const forwardedHeaders = ["content-type", "authorization", "connect-protocol-version", "connect-timeout-ms"] as const;

function protocolHeaders(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const name of forwardedHeaders) {
    const value = request.headers[name];
    if (typeof value === "string") headers.set(name, value);
  }
  return headers;
}

async function toAnswer(
  response: UniversalServerResponse,
  { wasReached }: { readonly wasReached: boolean },
): Promise<Answer> {
  if (response.status !== 200) {
    const fields = response.header?.get(wireErrorFieldsHeader)?.split(",") ?? [];
    const header = response.header?.get(wireErrorHeader) ?? null;
    const challenge = response.header?.get(wireChallengeHeader) ?? undefined;
    return refusalAnswer({ reason: reasonOf({ header, wasReached }), fields, challenge });
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body ?? []) chunks.push(chunk);
  return {
    status: 200,
    headers: Object.fromEntries(response.header ?? []),
    body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks),
  };
}
