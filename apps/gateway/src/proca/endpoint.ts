/**
 * GraphQL over HTTP at `/api`, for clients made for Proca. The language is the reference implementation's; what is ours is
 * around it: limits before anything is looked at, and errors rebuilt from a closed list, because the library repeats input.
 */
import { encodeUtf8 } from "@coterie/bytes";
import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  GraphQLError,
  parse,
  specifiedRules,
  validate,
} from "graphql";
import type { IncomingMessage } from "node:http";
import type { IntakeDeps } from "../actions/intake.ts";
import { RefusedError } from "../errors.ts";
import type { Answer } from "../http/answer.ts";
import { parseJson, readBody } from "../http/body.ts";
import { toRefusal } from "../http/connect-errors.ts";
import type { Log } from "../log/log.ts";
import type { RequestContext } from "./add-action-contact.ts";
import { checkDocument, documentLimits } from "./document-limits.ts";
import { errorBodies, ProcaError } from "./proca-errors.ts";
import { createRoot, type Root } from "./root.ts";
import { procaSchema } from "./schema.ts";
import { createStatistics } from "./statistics.ts";

/** Answers one request; `isAllowed` takes one from the sender's rate. */
export type ProcaEndpoint = (request: IncomingMessage, isAllowed: () => boolean) => Promise<Answer>;

/** The endpoint of this gateway. */
export function createProcaEndpoint(deps: IntakeDeps): ProcaEndpoint {
  const root = createRoot({ ...deps, statistics: createStatistics(deps) });
  return async (request, isAllowed) => {
    if (request.method === "OPTIONS") return preflight;
    try {
      if (!isAllowed()) throw new RefusedError("rate-limited");
      return await answer(deps, { request, root });
    } catch (error) {
      return failure(error instanceof ProcaError ? error : toRefusal(deps, error));
    }
  };
}

interface ToAnswer {
  readonly request: IncomingMessage;
  readonly root: Root;
}

async function answer(deps: { readonly log: Log }, { request, root }: ToAnswer): Promise<Answer> {
  if (request.method === "GET") return await answerGet(deps, { request, root });
  if (request.method !== "POST") return { ...failure(new RefusedError("invalid"), 405), headers: allowedHeaders };
  const type = (request.headers["content-type"] ?? "").toLowerCase();
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (!/^application\/json(\s*;|$)/.test(type) || encoding !== "identity") {
    return failure(new RefusedError("invalid"), 415);
  }
  const asked = parseAsked(parseJson(await readBody(request, documentLimits.bodyBytes)));
  return toAnswer(deps, await run({ asked, root, document: parseDocument(asked.query), request }));
}

/** Questions only, so that whoever follows a link changes nothing; caches may answer for a second. */
async function answerGet(deps: { readonly log: Log }, { request, root }: ToAnswer): Promise<Answer> {
  const parameters = new URL(request.url ?? "/", "http://gateway.invalid").searchParams;
  const variables = parameters.get("variables");
  const asked = parseAsked({
    query: parameters.get("query"),
    operationName: parameters.get("operationName"),
    variables: variables === null || variables === "" ? null : parseJson(encodeUtf8(variables)),
  });
  const document = parseDocument(asked.query);
  if (document.definitions.some((definition) => "operation" in definition && definition.operation !== "query")) {
    return { ...failure(new RefusedError("invalid"), 405), headers: allowedHeaders };
  }
  const result = await run({ asked, root, document, request });
  const given = toAnswer(deps, result);
  if (result.errors !== undefined) return given;
  return { ...given, headers: { ...given.headers, "cache-control": "public, max-age=1" } };
}

interface Run extends ToAnswer {
  readonly asked: Asked;
  readonly document: DocumentNode;
}

async function run({ asked, root, document, request }: Run): Promise<ExecutionResult> {
  const context: RequestContext = { idempotencyKey: readIdempotencyKey(request) };
  return await execute({
    schema: procaSchema,
    document,
    rootValue: root,
    contextValue: context,
    operationName: asked.operationName,
    variableValues: asked.variables,
  });
}

interface Asked {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
}

/** Members that clients send beside these (`extensions`) are not read. */
function parseAsked(json: unknown): Asked {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw new RefusedError("invalid");
  const { query, operationName = null, variables = null } = { query: undefined, ...json };
  if (typeof query !== "string") throw new RefusedError("invalid");
  if (operationName !== null && typeof operationName !== "string") throw new RefusedError("invalid");
  if (typeof variables !== "object" || Array.isArray(variables)) throw new RefusedError("invalid");
  // Proca's own widget sends the empty text where it has no name.
  return {
    query,
    operationName: operationName === "" ? undefined : (operationName ?? undefined),
    variables: variables ?? undefined,
  };
}

function parseDocument(query: string): DocumentNode {
  const document = orBadDocument(() => parse(query, { maxTokens: documentLimits.tokens, noLocation: true }));
  checkDocument(document);
  if (validate(procaSchema, document, specifiedRules, { maxErrors: 1 }).length > 0) {
    throw new ProcaError("bad-document");
  }
  return document;
}

function orBadDocument(parseText: () => DocumentNode): DocumentNode {
  try {
    return parseText();
  } catch (error) {
    if (error instanceof GraphQLError) throw new ProcaError("bad-document");
    throw error;
  }
}

function readIdempotencyKey(request: IncomingMessage): string | undefined {
  const key = request.headers["idempotency-key"];
  if (key === undefined) return undefined;
  if (typeof key !== "string" || !/^[\x21-\x7e]{1,255}$/.test(key)) throw new RefusedError("invalid");
  return key;
}

/** What went wrong while a document was run is told with status 200, as clients expect that show it to people. */
function toAnswer({ log }: { readonly log: Log }, { data, errors }: ExecutionResult): Answer {
  if (errors === undefined) return jsonAnswer(200, { data });
  // Without data nothing was run: a variable is not of its type, or the operation is not there.
  if (data === undefined) return failure(new ProcaError("bad-input"));
  const bodies = errors.flatMap(({ originalError }) =>
    errorBodies(originalError instanceof ProcaError ? originalError : toRefusal({ log }, originalError)),
  );
  return jsonAnswer(200, { data, errors: bodies });
}

function failure(refusal: ProcaError | RefusedError, status: number = statusOf(refusal)): Answer {
  return jsonAnswer(status, { errors: errorBodies(refusal) });
}

function statusOf(refusal: ProcaError | RefusedError): number {
  if (refusal instanceof ProcaError) return 400;
  if (refusal.reason === "rate-limited") return 429;
  if (refusal.reason === "too-large") return 413;
  if (refusal.reason === "unavailable") return 503;
  return refusal.reason === "internal" ? 500 : 400;
}

/** Widgets stand on any site, and nothing here knows cookies: any origin may ask, without credentials. */
const corsHeaders: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "cross-origin-resource-policy": "cross-origin",
};

const jsonHeaders: Readonly<Record<string, string>> = {
  ...corsHeaders,
  "content-type": "application/json; charset=utf-8",
};

const allowedHeaders: Readonly<Record<string, string>> = { ...jsonHeaders, allow: "GET, POST, OPTIONS" };

function jsonAnswer(status: number, body: object): Answer {
  return { status, headers: jsonHeaders, body: JSON.stringify(body) };
}

const preflight: Answer = {
  status: 204,
  headers: {
    ...corsHeaders,
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": "content-type, idempotency-key",
    "access-control-max-age": "86400",
  },
  body: "",
};
