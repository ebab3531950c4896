import { describe, expect, it } from "vitest";
import {
  createRemoteRelay,
  createSingleLogHost,
  decodeAnswer,
  decodeNews,
  encodeAnswer,
  encodeNews,
  encodeRequest,
  MemoryRelay,
  oplogLimits,
  type Relay,
  type RelayAnswer,
  type RelayHost,
  type RelayRequest,
  type RelayTransport,
  serveRelay,
} from "../src/index.ts";
import { deps, filled, logTag, nextBlock, signerOf } from "./blocks.ts";
import { connect, fakeScheduler, generousQuotas, tokenOf } from "./sync-scene.ts";

function hostWithLog(): MemoryRelay {
  const host = new MemoryRelay(deps, generousQuotas);
  host.createLog({ logTag, token: tokenOf(1) });
  return host;
}

function ask(request: RelayRequest, id = 1, tag = logTag): Uint8Array {
  return encodeRequest({ id, logTag: tag, token: tokenOf(1), request });
}

const pageOf = (limit: number): RelayRequest => ({ kind: "since", cursor: 0, limit });

async function codeOf(answer: Promise<Uint8Array>): Promise<string> {
  const decoded = decodeAnswer(await answer).answer;
  return decoded.kind === "error" ? decoded.code : decoded.kind;
}

describe("a server of a relay", () => {
  it("says what is wrong with a question, by its id where it has one", async () => {
    const server = serveRelay({ host: hostWithLog() });
    expect(decodeAnswer(await server.answer(filled(3, 1)))).toEqual({
      id: 0,
      answer: { kind: "error", code: "malformed" },
    });
    expect(decodeAnswer(await server.answer(ask(pageOf(1), 7, filled(16, 9))))).toEqual({
      id: 7,
      answer: { kind: "error", code: "unknown-log" },
    });
    expect(await codeOf(server.answer(ask({ kind: "subscribe" })))).toBe("busy");
  });

  it("answers as many questions at once as it may, and tells the next one to wait", async () => {
    const opened: (() => void)[] = [];
    const memory = hostWithLog();
    const host: RelayHost = {
      open: async (access) => {
        await new Promise<void>((resolve) => void opened.push(resolve));
        return await memory.open(access);
      },
    };
    const server = serveRelay({ host });
    const answers = Array.from({ length: oplogLimits.requestsAtOnce + 1 }, (_unused, i) =>
      server.answer(ask(pageOf(1), i + 1)),
    );
    await Promise.resolve();
    for (const open of opened) open();
    const codes = await Promise.all(answers.map(codeOf));
    expect(codes.filter((code) => code === "busy")).toEqual(["busy"]);
    expect(codes.at(-1)).toBe("busy");
    const again = server.answer(ask(pageOf(1)));
    await Promise.resolve();
    opened.at(-1)?.();
    expect(await codeOf(again)).toBe("since");
  });

  it("tells of news of as many logs as it may", async () => {
    const memory = hostWithLog();
    const relay = memory.find({ logTag, token: tokenOf(1) });
    const server = serveRelay({ host: { open: async () => relay }, push: async () => undefined });
    const codes: string[] = [];
    for (let i = 0; i <= oplogLimits.subscriptions; i++) {
      const tag = Uint8Array.from(filled(16, 0), (_unused, at) => (at === 0 ? i % 256 : at === 1 ? i >> 8 : 0));
      codes.push(await codeOf(server.answer(ask({ kind: "subscribe" }, 1, tag))));
    }
    expect(codes.slice(-2)).toEqual(["subscribe", "busy"]);
    expect(await codeOf(server.answer(ask({ kind: "unsubscribe" }, 1, filled(16, 0))))).toBe("unsubscribe");
    expect(await codeOf(server.answer(ask({ kind: "subscribe" })))).toBe("subscribe");
  });

  it("tells news one at a time, and what came meanwhile in one piece", async () => {
    const memory = hostWithLog();
    const relay = memory.find({ logTag, token: tokenOf(1) });
    const told: number[] = [];
    const sent: (() => void)[] = [];
    const push = async (news: Uint8Array) => {
      told.push(decodeNews(news).end);
      await new Promise<void>((resolve) => void sent.push(resolve));
    };
    const server = serveRelay({ host: memory, push });
    await server.answer(ask({ kind: "subscribe" }));
    let previous: ReturnType<typeof nextBlock> | undefined;
    for (let i = 0; i < 5; i++) {
      previous = nextBlock(signerOf(1), { previous, lamport: i });
      await relay?.append({ envelopes: [previous.bytes], onConflict: "refuse" });
    }
    expect(told).toEqual([1]);
    sent[0]?.();
    await new Promise((resolve) => void setImmediate(resolve));
    expect(told).toEqual([1, 5]);
    server.close();
    sent[1]?.();
    await relay?.append({ envelopes: [nextBlock(signerOf(1), { previous, lamport: 5 }).bytes], onConflict: "refuse" });
    await new Promise((resolve) => void setImmediate(resolve));
    expect(told).toEqual([1, 5]);
  });

  it("says that a host failed, and tells the host's side why", async () => {
    const failures: unknown[] = [];
    const broken = new Error("the database is away");
    const host: RelayHost = { open: async () => await Promise.reject(broken) };
    const server = serveRelay({ host, onFailure: (error) => void failures.push(error) });
    expect(await codeOf(server.answer(ask(pageOf(1))))).toBe("failed");
    expect(failures).toEqual([broken]);
  });

  it("says that a host failed where its answer passes the limits", async () => {
    const relay = hostWithLog().find({ logTag, token: tokenOf(1) });
    if (relay === undefined) throw new Error("the log is not there");
    const tooMuch: Relay = { ...relay, range: async () => [filled(oplogLimits.envelopeBytes + 1, 1)] };
    const server = serveRelay({ host: createSingleLogHost({ logTag, relay: tooMuch }) });
    expect(await codeOf(server.answer(ask({ kind: "range", writer: filled(32, 1), from: 0, limit: 1 })))).toBe(
      "failed",
    );
  });
});

describe("a remote relay", () => {
  const input = { logTag, token: () => tokenOf(1), timeoutMs: 1_000 };

  function answering(answer: (request: Uint8Array) => Uint8Array | Promise<Uint8Array>): Relay {
    const transport: RelayTransport = {
      request: async (message) => await answer(message),
      onPush: () => () => undefined,
    };
    return createRemoteRelay({ ...deps, transport, scheduler: fakeScheduler() }, input);
  }

  const answerWith = (answer: RelayAnswer, id = 1): Relay => answering(() => encodeAnswer({ id, answer }));

  it("fails with a code for each way in which a relay can fail", async () => {
    const since = async (relay: Relay) => await relay.since({ cursor: 0, limit: 1 });
    const codes = [
      ["unknown-log", "oplog/unknown-log"],
      ["busy", "oplog/relay-busy"],
      ["malformed", "oplog/malformed-message"],
      ["failed", "oplog/relay-unavailable"],
    ] as const;
    for (const [code, expected] of codes) {
      await expect(since(answerWith({ kind: "error", code }))).rejects.toMatchObject({ code: expected });
    }
    const broken = new Error("socket hang up");
    await expect(since(answering(async () => await Promise.reject(broken)))).rejects.toMatchObject({
      code: "oplog/relay-unavailable",
      cause: broken,
    });
    await expect(since(answering(() => filled(10, 1)))).rejects.toMatchObject({ code: "oplog/malformed-message" });
  });

  it("takes no answer that does not fit its question", async () => {
    const two = [filled(10, 1), filled(10, 2)];
    const hash = filled(32, 1);
    const head = { writer: hash, seq: 0, hash };
    const unfit: readonly (readonly [(relay: Relay) => Promise<unknown>, RelayAnswer, number?])[] = [
      [async (relay) => await relay.since({ cursor: 0, limit: 1 }), { kind: "since", next: 2, end: 2, envelopes: two }],
      [
        async (relay) => await relay.since({ cursor: 0, limit: 2 }),
        { kind: "since", next: 2, end: 2, envelopes: two },
        9,
      ],
      [async (relay) => await relay.since({ cursor: 0, limit: 2 }), { kind: "range", envelopes: two }],
      [async (relay) => await relay.range({ writer: hash, from: 0, limit: 1 }), { kind: "range", envelopes: two }],
      [async (relay) => await relay.find({ hashes: [hash] }), { kind: "find", envelopes: [undefined, undefined] }],
      [async (relay) => await relay.find({ hashes: [hash] }), { kind: "find", envelopes: [] }],
      [
        async (relay) => await relay.heads({ after: undefined, limit: 1 }),
        { kind: "heads", heads: [head, head], hasMore: false, end: 0 },
      ],
      [
        async (relay) => await relay.append({ envelopes: [], onConflict: "refuse" }),
        { kind: "append", outcomes: [{ kind: "known" }] },
      ],
      [async (relay) => await relay.getChunk({ hash }), { kind: "getChunk", chunk: filled(3, 1) }],
    ];
    for (const [call, answer, id] of unfit)
      await expect(call(answerWith(answer, id))).rejects.toMatchObject({ code: "oplog/malformed-message" });
  });

  it("waits as long as it may for an answer", async () => {
    const scheduler = fakeScheduler();
    const transport: RelayTransport = {
      request: async () => await new Promise(() => undefined),
      onPush: () => () => undefined,
    };
    const relay = createRemoteRelay({ ...deps, transport, scheduler }, input);
    let outcome = "waiting";
    const call = relay.since({ cursor: 0, limit: 1 }).catch((error: { code: string }) => void (outcome = error.code));
    scheduler.advance(999);
    await Promise.resolve();
    expect(outcome).toBe("waiting");
    scheduler.advance(1);
    await call;
    expect(outcome).toBe("oplog/relay-unavailable");
  });

  it("stops to wait by a signal", async () => {
    const scheduler = fakeScheduler();
    const transport: RelayTransport = {
      request: async () => await new Promise(() => undefined),
      onPush: () => () => undefined,
    };
    const relay = createRemoteRelay({ ...deps, transport, scheduler }, input);
    const controller = new AbortController();
    const call = relay.since({ cursor: 0, limit: 1 }, { signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "oplog/aborted" });
  });

  it("hears news of its log, and nothing else", async () => {
    const listeners = new Set<(message: Uint8Array) => void>();
    const { transport } = connect(hostWithLog());
    const onPush: RelayTransport["onPush"] = (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    };
    const relay = createRemoteRelay(
      { ...deps, transport: { ...transport, onPush }, scheduler: fakeScheduler() },
      input,
    );
    const ends: number[] = [];
    const stop = relay.subscribe(({ end }) => void ends.push(end));
    const tell = (message: Uint8Array) => {
      for (const listener of listeners) listener(message);
    };
    tell(encodeNews({ logTag, end: 3 }));
    tell(encodeNews({ logTag: filled(16, 9), end: 4 }));
    tell(filled(30, 1));
    stop();
    stop();
    tell(encodeNews({ logTag, end: 5 }));
    expect(ends).toEqual([3]);
  });
});
