/** A relay at the other end of something that carries bytes. Whatever comes back is checked against what was asked. */
import { type Bytes, CoterieError, equalBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { MalformedMessageError, RelayBusyError, RelayUnavailableError, UnknownLogError } from "../errors.ts";
import { oplogLimits } from "../limits.ts";
import type { CallOptions } from "./abort.ts";
import { decodeAnswer, decodeNews, type RelayAnswer, type RelayNews } from "./messages/answer.ts";
import { encodeRequest, type RelayRequest } from "./messages/request.ts";
import type { Relay } from "./relay.ts";
import { type Scheduler, withDeadline } from "./scheduler.ts";

/** What carries messages: a WebSocket, a data channel, a function call. */
export interface RelayTransport {
  /** The answer to a message. Answers may come in any order; each goes to its question. */
  readonly request: (message: Bytes, options?: CallOptions) => Promise<Uint8Array>;
  /** Calls `listener` with every message that comes unasked, until what it returns is called. */
  readonly onPush: (listener: (message: Uint8Array) => void) => () => void;
}

/** What a remote relay needs. */
export interface RemoteRelayDeps extends Pick<Primitives, "sha256"> {
  readonly transport: RelayTransport;
  readonly scheduler: Scheduler;
}

/** Which log, and how long to wait. */
export interface RemoteRelayInput {
  /** 16 bytes. */
  readonly logTag: Bytes;
  /** The token of now; it rotates. It is sent only with what is written. */
  readonly token: () => Bytes;
  /** For one answer. */
  readonly timeoutMs: number;
}

/** The answer to each kind of question. */
type AnswerTo<Kind extends RelayRequest["kind"]> = Extract<RelayAnswer, { readonly kind: Kind }>;

/** A relay reached through `transport`. Its calls fail with MalformedMessageError where an answer does not fit its question. */
export function createRemoteRelay(deps: RemoteRelayDeps, input: RemoteRelayInput): Relay {
  const ask = createAsker(deps, input);
  return {
    append: async ({ envelopes, onConflict }, options) => {
      const { outcomes } = await ask({ kind: "append", envelopes, onConflict }, options);
      requireFit(outcomes.length === envelopes.length);
      return outcomes;
    },
    since: async ({ cursor, limit }, options) => {
      const { envelopes, next, end } = await ask({ kind: "since", cursor, limit }, options);
      requireFit(envelopes.length <= limit);
      return { envelopes, next, end };
    },
    find: async ({ hashes }, options) => {
      const { envelopes } = await ask({ kind: "find", hashes }, options);
      requireFit(envelopes.length <= hashes.length && envelopes.length >= Math.min(1, hashes.length));
      return envelopes;
    },
    range: async ({ writer, from, limit }, options) => {
      const { envelopes } = await ask({ kind: "range", writer, from, limit }, options);
      requireFit(envelopes.length <= limit);
      return envelopes;
    },
    heads: async ({ after, limit }, options) => {
      const { heads, hasMore, end } = await ask({ kind: "heads", after, limit }, options);
      requireFit(heads.length <= limit);
      return { heads, hasMore, end };
    },
    putChunk: async ({ chunk }, options) => (await ask({ kind: "putChunk", chunk }, options)).outcome,
    getChunk: async ({ hash }, options) => {
      const { chunk } = await ask({ kind: "getChunk", hash }, options);
      requireFit(chunk === undefined || equalBytes(deps.sha256(chunk), hash));
      return chunk;
    },
    subscribe: createSubscriber({ ...deps, ...input }, async (kind) => void (await ask({ kind }))),
  };
}

type Ask = <Request extends RelayRequest>(
  request: Request,
  options?: CallOptions,
) => Promise<AnswerTo<Request["kind"]>>;

function createAsker({ transport, scheduler }: RemoteRelayDeps, { logTag, token, timeoutMs }: RemoteRelayInput): Ask {
  let lastId = 0;
  const late = (): RelayUnavailableError => new RelayUnavailableError("the relay did not answer in time");
  return async <Request extends RelayRequest>(request: Request, options?: CallOptions) => {
    lastId = lastId >= oplogLimits.number ? 1 : lastId + 1;
    const id = lastId;
    const isWriting = request.kind === "append" || request.kind === "putChunk";
    const message = encodeRequest({ id, logTag, token: isWriting ? token() : new Uint8Array(), request });
    const deadline = { scheduler, delayMs: timeoutMs, signal: options?.signal, late };
    const frame = decodeAnswer(
      await withDeadline(deadline, async () => await carried(transport, { message, options })),
    );
    const { answer } = frame;
    if (answer.kind === "error") throw errorOf(answer.code);
    requireFit(frame.id === id && answer.kind === request.kind);
    // cast: the kinds are equal, as was just checked
    return answer as AnswerTo<Request["kind"]>;
  };
}

/** Errors of the platform below are not ours to name: they become one code, with the cause. */
async function carried(
  transport: RelayTransport,
  { message, options }: { readonly message: Bytes; readonly options: CallOptions | undefined },
): Promise<Uint8Array> {
  try {
    return await transport.request(message, options);
  } catch (error) {
    if (error instanceof CoterieError) throw error;
    throw new RelayUnavailableError("the relay could not be reached", { cause: error });
  }
}

function errorOf(code: Extract<RelayAnswer, { readonly kind: "error" }>["code"]): Error {
  switch (code) {
    case "unknown-log":
      return new UnknownLogError();
    case "busy":
      return new RelayBusyError();
    case "malformed":
      return new MalformedMessageError("the relay could not read the question");
    case "failed":
      return new RelayUnavailableError("the relay failed");
  }
}

/** Asks for news with the first listener, and for none after the last one. */
function createSubscriber(
  { transport, logTag }: Pick<RemoteRelayDeps, "transport"> & Pick<RemoteRelayInput, "logTag">,
  ask: (kind: "subscribe" | "unsubscribe") => Promise<void>,
): Relay["subscribe"] {
  let listening = 0;
  // Whether it worked shows by news coming or not; a client asks from time to time all the same.
  const tell = (kind: "subscribe" | "unsubscribe"): void => void ask(kind).catch(() => undefined);
  return (listener) => {
    const stop = transport.onPush((message) => {
      const news = findNews(message);
      if (news !== undefined && equalBytes(news.logTag, logTag)) listener({ end: news.end });
    });
    listening += 1;
    if (listening === 1) tell("subscribe");
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      stop();
      listening -= 1;
      if (listening === 0) tell("unsubscribe");
    };
  };
}

function findNews(message: Uint8Array): RelayNews | undefined {
  try {
    return decodeNews(message);
  } catch (error) {
    if (error instanceof CoterieError) return undefined;
    throw error;
  }
}

function requireFit(fits: boolean): void {
  if (!fits) throw new MalformedMessageError("the answer does not fit the question");
}
