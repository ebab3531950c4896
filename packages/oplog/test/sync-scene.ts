// What tests of sync share: time that stands still until it is moved, and connections without a network.
import { type Bytes, encodeUtf8 } from "@coterie/bytes";
import {
  type Relay,
  type RelayHost,
  type RelayQuotas,
  type RelayTransport,
  type Scheduler,
  serveRelay,
} from "../src/index.ts";

export const generousQuotas: RelayQuotas = {
  logs: 100,
  blocksPerLog: 1_000_000,
  bytesPerLog: 1_000_000_000,
  writersPerLog: 1_000,
  chunkBytesPerLog: 100_000_000,
};

export function tokenOf(number: number): Bytes {
  return encodeUtf8(`fake token ${number}`);
}

export interface FakeScheduler extends Scheduler {
  /** Moves the time on, and calls what is due in its order. */
  readonly advance: (byMs: number) => void;
}

export function fakeScheduler(): FakeScheduler {
  let nowMs = 0;
  const due = new Map<() => void, number>();
  return {
    nowMs: () => nowMs,
    after: (delayMs, callback) => {
      const call = (): void => callback();
      due.set(call, nowMs + delayMs);
      return () => void due.delete(call);
    },
    advance: (byMs) => {
      nowMs += byMs;
      const now = [...due].filter(([, at]) => at <= nowMs).sort(([, a], [, b]) => a - b);
      for (const [call] of now) {
        due.delete(call);
        call();
      }
    },
  };
}

/** A connection to a host within this process. `seen`: every message in both directions. */
export function connect(host: RelayHost): { readonly transport: RelayTransport; readonly seen: Uint8Array[] } {
  const listeners = new Set<(message: Uint8Array) => void>();
  const seen: Uint8Array[] = [];
  const server = serveRelay({
    host,
    push: async (news) => {
      seen.push(news);
      for (const listener of listeners) listener(news);
    },
  });
  return {
    seen,
    transport: {
      request: async (message) => {
        seen.push(message);
        const answer = await server.answer(message);
        seen.push(answer);
        return answer;
      },
      onPush: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
  };
}

/** Drops everything that a host does not have. */
export function readOnly(relay: Relay): Relay {
  return { ...relay, append: async ({ envelopes }) => envelopes.map(() => ({ kind: "refused", reason: "read-only" })) };
}
