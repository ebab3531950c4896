/** Rights of persons at one gateway, put together: documents, upkeep, figures. */
import type { IncomingMessage } from "node:http";
import type { Registry } from "prom-client";
import { startLoop } from "../background/loop.ts";
import type { GatewayDeps } from "../deps.ts";
import { type Answer, textAnswer } from "../http/answer.ts";
import { RateLimiter, type RateLimits } from "../http/rate-limits.ts";
import { postRights, type RightsDocumentDeps, showRights, tooManyRights } from "./rights-documents.ts";
import { addRightsMetrics } from "./rights-metrics.ts";
import { keepUpRights } from "./rights-upkeep.ts";

/** What rights need. */
export interface RightsDeps extends GatewayDeps, RightsDocumentDeps {
  readonly rates: RateLimits;
  readonly registry: Registry;
}

/** A request below `/rights`. */
export interface RightsArrival {
  readonly request: IncomingMessage;
  readonly path: string;
  /** The client's network prefix. */
  readonly prefix: string;
}

/** Rights at work. */
export interface Rights {
  readonly answer: (arrival: RightsArrival) => Promise<Answer>;
  /** Does what upkeep does by itself, now. */
  readonly keepUpNow: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const upkeepEveryMs = 60_000;

/** Starts upkeep. */
export function startRights(deps: RightsDeps): Rights {
  const questions = new RateLimiter(deps, deps.rates.rights);
  const upkeep = startLoop(deps, { work: async () => await keepUpRights(deps), pauseMs: upkeepEveryMs });
  addRightsMetrics(deps, deps.registry);
  return {
    answer: async ({ request, path, prefix }) => {
      const text = path.slice("/rights/".length);
      if (request.method === "GET" || request.method === "HEAD") return await showRights(deps, { text, request });
      if (request.method !== "POST") {
        return { ...textAnswer(405, "method not allowed"), headers: { allow: "GET, HEAD, POST" } };
      }
      if (text === "" && !questions.take(prefix)) return await tooManyRights(deps, { text, request });
      return await postRights(deps, { text, request });
    },
    keepUpNow: upkeep.runNow,
    close: upkeep.stop,
  };
}

/** Whether a path is answered here. */
export function isRightsPath(path: string): boolean {
  return path === "/rights" || path.startsWith("/rights/");
}
