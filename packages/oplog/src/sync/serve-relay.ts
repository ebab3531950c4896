/** Answering the messages of one client from a relay (docs/protocol/rooms.md §10): bytes in, bytes out, over whatever carries them. */
import { type Bytes, type Ciphertext, encodeHex } from "@coterie/bytes";
import { AbortedError, MalformedMessageError, RelayBusyError, UnknownLogError } from "../errors.ts";
import { oplogLimits } from "../limits.ts";
import type { CallOptions } from "./abort.ts";
import { encodeAnswer, encodeNews, type RelayAnswer, type RelayErrorCode } from "./messages/answer.ts";
import { decodeRequest, type RelayRequest, type RelayRequestFrame } from "./messages/request.ts";
import type { Relay, RelayHost } from "./relay.ts";

/** What one connection is served with. */
export interface RelayServerInput {
  readonly host: RelayHost;
  /** Sends news to the client; the next one about the same log waits until it resolves. Without it nobody can subscribe. */
  readonly push?: ((news: Bytes) => Promise<void>) | undefined;
  /** Is told what a host failed with, where that is not one of the errors that clients are told by code. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
}

/** One client's connection. */
export interface RelayServer {
  /** The answer to a message. It never fails: what is wrong is said in the answer. */
  readonly answer: (message: Uint8Array, options?: CallOptions) => Promise<Bytes>;
  /** Ends all subscriptions. */
  readonly close: () => void;
}

/** Serves one connection. Questions may be put at once, up to `oplogLimits.requestsAtOnce`; more are told to wait. */
export function serveRelay({ host, push, onFailure }: RelayServerInput): RelayServer {
  const subscriptions = new Map<string, () => void>();
  let atOnce = 0;
  const answer = async (message: Uint8Array, options?: CallOptions): Promise<Bytes> => {
    let id = 0;
    atOnce += 1;
    try {
      const frame = decodeRequest(message);
      id = frame.id;
      if (atOnce > oplogLimits.requestsAtOnce) throw new RelayBusyError();
      return encodeAnswer({ id, answer: await answerOf(frame, options) });
    } catch (error) {
      const code = codeOf(error, id);
      if (code === "failed") onFailure?.(error);
      return encodeAnswer({ id, answer: { kind: "error", code } });
    } finally {
      atOnce -= 1;
    }
  };
  const answerOf = async (frame: RelayRequestFrame, options?: CallOptions): Promise<RelayAnswer> => {
    const { logTag, token, request } = frame;
    const relay = await host.open({ logTag, token }, options);
    if (relay === undefined) throw new UnknownLogError();
    if (request.kind === "subscribe") return subscribe(relay, logTag);
    if (request.kind === "unsubscribe") return unsubscribe(logTag);
    return await ask(relay, { request, options });
  };
  const subscribe = (relay: Relay, logTag: Bytes): RelayAnswer => {
    const key = encodeHex(logTag);
    if (push === undefined || subscriptions.size >= oplogLimits.subscriptions) throw new RelayBusyError();
    subscriptions.get(key)?.();
    subscriptions.set(key, relay.subscribe(tellInTurn({ push, logTag: logTag.slice() })));
    return { kind: "subscribe" };
  };
  const unsubscribe = (logTag: Bytes): RelayAnswer => {
    subscriptions.get(encodeHex(logTag))?.();
    subscriptions.delete(encodeHex(logTag));
    return { kind: "unsubscribe" };
  };
  const close = (): void => {
    for (const end of subscriptions.values()) end();
    subscriptions.clear();
  };
  return { answer, close };
}

type Question = Exclude<RelayRequest, { readonly kind: "subscribe" | "unsubscribe" }>;

async function ask(
  relay: Relay,
  { request, options }: { readonly request: Question; readonly options: CallOptions | undefined },
): Promise<RelayAnswer> {
  const { kind } = request;
  switch (kind) {
    case "append": {
      // brand: it came as a block; the relay decodes it before it keeps it
      const envelopes = request.envelopes as readonly Ciphertext<"block">[];
      return { kind, outcomes: await relay.append({ envelopes, onConflict: request.onConflict }, options) };
    }
    case "since":
      return { kind, ...(await relay.since(request, options)) };
    case "find":
      return { kind, envelopes: await relay.find(request, options) };
    case "range":
      return { kind, envelopes: await relay.range(request, options) };
    case "heads":
      return { kind, ...(await relay.heads(request, options)) };
    case "putChunk":
      // brand: it came as a chunk; nobody but those who have the keys can tell more
      return { kind, outcome: await relay.putChunk({ chunk: request.chunk as Ciphertext<"chunk"> }, options) };
    case "getChunk":
      return { kind, chunk: await relay.getChunk(request, options) };
  }
}

/** A malformed message is the client's fault only where it could not be read: an answer that cannot be written is the host's. */
function codeOf(error: unknown, id: number): RelayErrorCode {
  if (error instanceof MalformedMessageError && id === 0) return "malformed";
  if (error instanceof UnknownLogError) return "unknown-log";
  if (error instanceof RelayBusyError || error instanceof AbortedError) return "busy";
  return "failed";
}

/** News of one log, one at a time: what arrives meanwhile is told in one piece. */
function tellInTurn({
  push,
  logTag,
}: {
  readonly push: (news: Bytes) => Promise<void>;
  readonly logTag: Bytes;
}): (news: { readonly end: number }) => void {
  let latest: number | undefined;
  let isTelling = false;
  const tell = async (): Promise<void> => {
    isTelling = true;
    while (latest !== undefined) {
      const end = latest;
      latest = undefined;
      try {
        await push(encodeNews({ logTag, end }));
      } catch {
        // News are hints: whoever does not get them asks by itself. The connection's end is its owner's to notice.
        latest = undefined;
      }
    }
    isTelling = false;
  };
  return ({ end }) => {
    latest = end;
    if (!isTelling) void tell();
  };
}
