/** The HTTP server: routes, rates and limits around everything. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { wireChallengeHeader, wireErrorFieldsHeader, wireErrorHeader } from "@coterie/protocol";
import { gatewayLimits } from "../limits.ts";
import { counterAnswer } from "../actions/counter-answer.ts";
import type { Counters } from "../actions/counters.ts";
import { unexpectedError } from "../log/log.ts";
import { type ConfirmDeps, postConfirm, showConfirm } from "../mails/confirm-documents.ts";
import type { Metrics } from "../metrics.ts";
import { type DocumentDeps, postPage, showFrame, showPage } from "../pages/page-documents.ts";
import type { ProcaEndpoint } from "../proca/endpoint.ts";
import { isRightsPath, type Rights } from "../rights/rights.ts";
import { createKeyDocument } from "../webhooks/deliver.ts";
import type { WebhookKeys } from "../webhooks/webhook-keys.ts";
import { type Answer, sendAnswer, textAnswer } from "./answer.ts";
import { clientPrefix } from "./client-address.ts";
import { type ConnectCalls, refusalAnswer } from "./connect-calls.ts";
import { RateLimiter, type RateLimits } from "./rate-limits.ts";
import { organisationAnswer } from "./organisation-pages.ts";
import { fileAnswer, type StaticFiles } from "./static-files.ts";

/** What the server needs. */
export interface ServerDeps extends DocumentDeps, ConfirmDeps {
  readonly calls: ConnectCalls;
  readonly counters: Counters;
  readonly proca: ProcaEndpoint;
  readonly rights: Pick<Rights, "answer">;
  readonly webhookKeys: Pick<WebhookKeys, "publish">;
  readonly rates: RateLimits;
  readonly trustedProxies: number;
  readonly metrics: Pick<Metrics, "answered">;
  /** The built organisation pages. */
  readonly organisationFiles: StaticFiles;
  /** Whether the database answers. */
  readonly isHealthy: () => Promise<boolean>;
}

interface Arrival {
  readonly request: IncomingMessage;
  readonly path: string;
  readonly prefix: string;
}

/** A server that is not listening yet. */
export function createHttpServer(deps: ServerDeps): Server {
  const route = createRoutes(deps);
  const server = createServer(
    {
      maxHeaderSize: gatewayLimits.headerBytes,
      headersTimeout: gatewayLimits.headersTimeoutMs,
      requestTimeout: gatewayLimits.requestTimeoutMs,
      keepAliveTimeout: gatewayLimits.keepAliveTimeoutMs,
      connectionsCheckingInterval: 1000,
      requireHostHeader: true,
    },
    (request, response) => {
      // A client that goes away in the middle is its own business.
      response.on("error", () => undefined);
      const [path = "/"] = (request.url ?? "/").split("?", 1);
      const startedAtMs = performance.now();
      const send = (answer: Answer): void => {
        const seconds = (performance.now() - startedAtMs) / 1000;
        deps.metrics.answered({ route: kindOf(path), status: answer.status, seconds });
        sendAnswer(request, response, answer);
      };
      route({ request, path, prefix: clientPrefix(request, deps) }).then(send, (error: unknown) => {
        deps.log(unexpectedError(error));
        send(path.startsWith("/coterie.") ? refusalAnswer({ reason: "internal", fields: [] }) : faultAnswer);
      });
    },
  );
  server.maxConnections = gatewayLimits.connections;
  return server;
}

function createRoutes(deps: ServerDeps): (arrival: Arrival) => Promise<Answer> {
  const submissions = new RateLimiter(deps, deps.rates.submissions);
  const reads = new RateLimiter(deps, deps.rates.reads);
  const api = new RateLimiter(deps, deps.rates.api);
  const healthRate = new RateLimiter(deps, deps.rates.health);
  return async (arrival) => {
    const { request, path, prefix } = arrival;
    const isPublicCall = path.startsWith(publicService);
    if (isPublicCall && request.method === "OPTIONS") return preflight;
    if (path.startsWith("/coterie.") && !isPublicCall) return await call(deps, arrival);
    if (path === "/health") return healthRate.take(prefix) ? await health(deps) : tooManyAnswer;
    if (path === "/favicon.ico") return noIcon;
    if (path === "/api") {
      const isQuestion = request.method === "GET";
      return await deps.proca(request, () =>
        isQuestion ? reads.take(prefix) : submissions.take(prefix) && api.take(prefix),
      );
    }
    const isPost = request.method === "POST" && (path.startsWith("/p/") || path.startsWith("/c/"));
    const isSubmission = path === `${publicService}Submit` || isPost;
    const limiter = isSubmission ? submissions : reads;
    if (!limiter.take(prefix)) {
      return isPublicCall ? withCors(refusalAnswer({ reason: "rate-limited", fields: [] })) : tooManyAnswer;
    }
    return isPublicCall ? withCors(await call(deps, arrival)) : await routeDocument(deps, arrival);
  };
}

/** Browsers ask for an icon on their own: no icon is an answer, a missing file would be an error on every page. */
const noIcon: Answer = { status: 204, headers: { "cache-control": "public, max-age=86400" }, body: "" };

/** What people read in place of a document. */
const tooManyAnswer: Answer = textAnswer(429, "too many requests from this network: try again in a minute");
const faultAnswer: Answer = textAnswer(500, "something went wrong here: try again in a minute");

const publicService = "/coterie.actions.v1.ActionService/";

/** The kind of a request, for metrics: from a closed list, whatever the path says. */
function kindOf(path: string): string {
  const [, first = ""] = path.split("/", 2);
  if (path.startsWith(publicService)) return path === `${publicService}Submit` ? "submit" : "action";
  if (first.startsWith("coterie.")) return "organisation";
  return ["p", "c", "frame", "widget", "counter", "health", "api", "rights"].includes(first) ? first : "other";
}

async function call({ calls }: ServerDeps, { request, path, prefix }: Arrival): Promise<Answer> {
  return (await calls(path, { request, clientPrefix: prefix })) ?? refusalAnswer({ reason: "not-found", fields: [] });
}

async function routeDocument(deps: ServerDeps, { request, path, prefix }: Arrival): Promise<Answer> {
  if (isRightsPath(path)) return await deps.rights.answer({ request, path, prefix });
  const [, folder, name = ""] = /^\/(p|c|frame|widget|counter)\/(.{1,200})$/.exec(path) ?? [];
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (request.method === "POST") {
    if (folder === "p") return await postPage(deps, { name, request, clientPrefix: prefix });
    if (folder === "c") return await postConfirm(deps, { text: name, request });
  }
  if (isRead && /^\/organisation(\/|$)/.test(path))
    return await organisationAnswer(deps.organisationFiles, { path, request });
  if (isRead && path === webhookKeysPath) return await webhookKeysAnswer(deps);
  if (folder === undefined) return textAnswer(404, "not found");
  if (!isRead)
    return {
      ...textAnswer(405, "method not allowed"),
      headers: { allow: folder === "p" || folder === "c" ? "GET, HEAD, POST" : "GET, HEAD" },
    };
  if (folder === "p") return await showPage(deps, name);
  if (folder === "c") return await showConfirm(deps, { text: name, request });
  if (folder === "frame") return await showFrame(deps, name);
  if (folder === "counter") return await counterAnswer(deps, { name, request });
  return await fileAnswer(await deps.files.find(name), { name, request });
}

const webhookKeysPath = "/.well-known/coterie-webhook-keys";

/** Receivers may ask anew every few minutes: an older key is signed with for days beside a new one. */
async function webhookKeysAnswer({ webhookKeys }: ServerDeps): Promise<Answer> {
  const headers = { "content-type": "application/json", "cache-control": "public, max-age=300" };
  return { status: 200, headers, body: await createKeyDocument(webhookKeys) };
}

async function health({ isHealthy }: ServerDeps): Promise<Answer> {
  return (await isHealthy()) ? textAnswer(200, "ok") : textAnswer(503, "the database does not answer");
}

/** Forms stand on any site, and the public service knows no cookies: any origin may call it, without credentials. */
const corsHeaders: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": `${wireErrorHeader}, ${wireErrorFieldsHeader}, ${wireChallengeHeader}`,
  "cross-origin-resource-policy": "cross-origin",
};

function withCors(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, ...corsHeaders } };
}

const preflight: Answer = withCors({
  status: 204,
  headers: {
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": "content-type, connect-protocol-version, connect-timeout-ms",
    "access-control-max-age": "86400",
  },
  body: "",
});
