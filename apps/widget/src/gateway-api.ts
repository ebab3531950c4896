/** Talks to the gateway: Connect's JSON over plain `fetch`, no cookies, no referrer. */
import { type FailureCode, failureOf } from "@coterie/actions/form";
import { wireChallengeHeader, wireErrorFieldsHeader, wireErrorHeader } from "@coterie/protocol/wire-error";
import { MalformedAnswerError, RequestFailedError } from "./errors.ts";
import { widgetLimits } from "./limits.ts";
import { type LoadedPage, readPageAnswer } from "./page-json.ts";
import { readCount, readFlag, readObject, readTexts } from "./read-json.ts";

/** What the API needs of the platform. */
export interface ApiDeps {
  readonly fetch: (address: string, request: RequestInit) => Promise<Response>;
  readonly wait: (ms: number) => Promise<void>;
  /** Solves a challenge of proof of work; undefined where it cannot be solved. */
  readonly solve: (challenge: string) => Promise<string | undefined>;
}

/** What came of a submission. */
export interface SubmitAnswer {
  readonly counter: number;
  readonly receivedBy: readonly string[];
  readonly awaitsConfirmation: boolean;
}

/** The gateway as the widget sees it. Every function throws RequestFailedError where it does not succeed. */
export interface GatewayApi {
  readonly getPage: (name: string) => Promise<LoadedPage>;
  readonly getCounter: (pageName: string) => Promise<number>;
  /** Repeats itself where no answer came: the body carries its idempotency id. */
  readonly submit: (body: string) => Promise<SubmitAnswer>;
}

/** The API of the gateway at `origin` ("" for the page's own). */
export function createGatewayApi(deps: ApiDeps, { origin }: { readonly origin: string }): GatewayApi {
  const call = async (method: string, body: string): Promise<unknown> => {
    const address = `${origin}/coterie.actions.v1.ActionService/${method}`;
    return callOnce(deps, { address, body });
  };
  return {
    getPage: async (name) => readAnswer(await call("GetPage", JSON.stringify({ name })), readPageAnswer),
    getCounter: async (pageName) =>
      readAnswer(await call("GetCounter", JSON.stringify({ pageName })), (answer) =>
        readCount(readObject(answer), "counter"),
      ),
    submit: async (body) =>
      readAnswer(
        await proving(deps, { body, send: (proven) => repeat(deps, () => call("Submit", proven)) }),
        readSubmitAnswer,
      ),
  };
}

interface Proving {
  readonly body: string;
  readonly send: (body: string) => Promise<unknown>;
}

// Solves what is asked, as often as it is asked: a challenge may expire while the page sleeps.
async function proving(deps: ApiDeps, { body, send }: Proving): Promise<unknown> {
  let proven = body;
  for (let left = widgetLimits.challenges; ; left--) {
    try {
      return await send(proven);
    } catch (error) {
      const challenge = error instanceof RequestFailedError ? error.challenge : undefined;
      const solution = challenge === undefined || left === 0 ? undefined : await deps.solve(challenge);
      if (solution === undefined) throw error;
      // Both are of one length: the request's size says no more than before.
      proven = `${body.slice(0, -1)},"work":${JSON.stringify({ challenge, solution })}}`;
    }
  }
}

const mayRepeat: ReadonlySet<FailureCode> = new Set<FailureCode>(["offline", "unavailable"]);

async function repeat(deps: ApiDeps, attempt: () => Promise<unknown>): Promise<unknown> {
  for (const waitMs of widgetLimits.retryAfterMs) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RequestFailedError) || !mayRepeat.has(error.failure)) throw error;
      await deps.wait(waitMs);
    }
  }
  return attempt();
}

async function callOnce(
  deps: ApiDeps,
  { address, body }: { readonly address: string; readonly body: string },
): Promise<unknown> {
  let response: Response;
  let text: string;
  try {
    response = await deps.fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      signal: AbortSignal.timeout(widgetLimits.requestMs),
    });
    text = await response.text();
  } catch {
    throw new RequestFailedError({ failure: "offline" });
  }
  if (!response.ok) throw failureOfResponse(response);
  if (text.length > widgetLimits.answerCharacters) throw new RequestFailedError({ failure: "refused" });
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestFailedError({ failure: "unavailable" });
  }
}

// A proxy in between answers without our header: 429 and 5xx are its "not now".
function failureOfResponse(response: Response): RequestFailedError {
  const code = response.headers.get(wireErrorHeader);
  const refusedFields = (response.headers.get(wireErrorFieldsHeader) ?? "").split(",").filter((path) => path !== "");
  const challenge = response.headers.get(wireChallengeHeader) ?? undefined;
  if (code !== null) return new RequestFailedError({ failure: failureOf(code), refusedFields, challenge });
  if (response.status === 429) return new RequestFailedError({ failure: "rate-limited" });
  return new RequestFailedError({ failure: response.status >= 500 ? "unavailable" : "refused" });
}

function readSubmitAnswer(answer: unknown): SubmitAnswer {
  const members = readObject(answer);
  return {
    counter: readCount(members, "counter"),
    receivedBy: readTexts(members, "receivedBy"),
    awaitsConfirmation: readFlag(members, "awaitsConfirmation"),
  };
}

function readAnswer<Answer>(answer: unknown, read: (answer: unknown) => Answer): Answer {
  try {
    return read(answer);
  } catch (error) {
    if (error instanceof MalformedAnswerError) throw new RequestFailedError({ failure: "unavailable" });
    throw error;
  }
}
