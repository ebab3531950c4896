import { type Bytes, CoterieError } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import {
  decodeAnswer,
  decodeNews,
  decodeRequest,
  encodeAnswer,
  encodeNews,
  encodeRequest,
  MemoryRelay,
  oplogLimits,
  type RelayAnswer,
  type RelayRequest,
  serveRelay,
} from "../src/index.ts";
import { createChooser, deps, filled, logTag } from "./blocks.ts";
import { generousQuotas, tokenOf } from "./sync-scene.ts";

// All of them where there is time: COTERIE_FULL=1.
const mutantsTried = process.env["COTERIE_FULL"] === "1" ? 10_000 : 2_000;

const head = { writer: filled(32, 3), seq: 300, hash: filled(32, 4) };

const requests: readonly RelayRequest[] = [
  { kind: "append", onConflict: "refuse", envelopes: [filled(200, 1), filled(300, 2)] },
  { kind: "append", onConflict: "keep", envelopes: [] },
  { kind: "since", cursor: 0xffff_ffff, limit: 1_024 },
  { kind: "find", hashes: [filled(32, 1), filled(32, 2)] },
  { kind: "range", writer: filled(32, 1), from: 128, limit: 1 },
  { kind: "heads", after: undefined, limit: 1_024 },
  { kind: "heads", after: { writer: head.writer, hash: head.hash }, limit: 7 },
  { kind: "putChunk", chunk: filled(100, 1) },
  { kind: "getChunk", hash: filled(32, 1) },
  { kind: "subscribe" },
  { kind: "unsubscribe" },
];

const answers: readonly RelayAnswer[] = [
  {
    kind: "append",
    outcomes: [
      { kind: "accepted", cursor: 129 },
      { kind: "known" },
      { kind: "conflict", head: undefined },
      { kind: "conflict", head },
      ...(["malformed", "other-log", "signature", "token", "quota", "read-only"] as const).map(
        (reason) => ({ kind: "refused", reason }) as const,
      ),
    ],
  },
  { kind: "since", next: 2, end: 200, envelopes: [filled(200, 1), filled(300, 2)] },
  { kind: "find", envelopes: [undefined, filled(200, 1), undefined] },
  { kind: "range", envelopes: [filled(200, 1)] },
  { kind: "heads", end: 70_000, hasMore: true, heads: [head, head] },
  { kind: "putChunk", outcome: { kind: "stored", hash: filled(32, 1) } },
  ...(["token", "quota", "too-large", "read-only"] as const).map(
    (reason) => ({ kind: "putChunk", outcome: { kind: "refused", reason } }) as const,
  ),
  { kind: "getChunk", chunk: undefined },
  { kind: "getChunk", chunk: filled(100, 1) },
  { kind: "getChunk", chunk: filled(0, 1) },
  { kind: "subscribe" },
  { kind: "unsubscribe" },
  ...(["malformed", "unknown-log", "busy", "failed"] as const).map((code) => ({ kind: "error", code }) as const),
];

const requestBytes = requests.map((request, i) => encodeRequest({ id: i + 1, logTag, token: tokenOf(i), request }));
const answerBytes = answers.map((answer, i) => encodeAnswer({ id: i, answer }));
const newsBytes = encodeNews({ logTag, end: 12_345 });

describe("messages between client and relay", () => {
  it("come back as they were sent", () => {
    for (const [i, request] of requests.entries()) {
      expect(decodeRequest(requestBytes[i] ?? filled(0, 0))).toEqual({ id: i + 1, logTag, token: tokenOf(i), request });
    }
    for (const [i, answer] of answers.entries()) {
      expect(decodeAnswer(answerBytes[i] ?? filled(0, 0))).toEqual({ id: i, answer });
    }
    expect(decodeNews(newsBytes)).toEqual({ logTag, end: 12_345 });
  });

  it("have the bytes that docs/protocol/rooms.md §10 says", () => {
    const frame = { id: 1, logTag: filled(16, 0xaa), token: filled(2, 0xbb) };
    const tag = "aa".repeat(16);
    expect(hex(encodeRequest({ ...frame, request: { kind: "since", cursor: 300, limit: 5 } }))).toBe(
      `010201${tag}02bbbbac0205`,
    );
    expect(
      hex(encodeRequest({ ...frame, request: { kind: "append", onConflict: "keep", envelopes: [filled(3, 7)] } })),
    ).toBe(`010101${tag}02bbbb010103070707`);
    expect(hex(encodeAnswer({ id: 2, answer: { kind: "since", next: 1, end: 9, envelopes: [filled(2, 7)] } }))).toBe(
      "01820201090102" + "0707",
    );
    expect(
      hex(encodeAnswer({ id: 2, answer: { kind: "append", outcomes: [{ kind: "conflict", head: undefined }] } })),
    ).toBe("018102010200");
    expect(hex(encodeAnswer({ id: 0, answer: { kind: "error", code: "busy" } }))).toBe("01ff0002");
    expect(hex(encodeNews({ logTag: filled(16, 0xaa), end: 128 }))).toBe(`0140${tag}8001`);
  });

  it("are refused with bytes missing or added at the end", () => {
    for (const [bytes, decode] of everyMessage()) {
      for (let length = 0; length < bytes.length; length++) {
        expect(codeOf(() => decode(bytes.slice(0, length)))).toBe("oplog/malformed-message");
      }
      expect(codeOf(() => decode(Uint8Array.from([...bytes, 0])))).toBe("oplog/malformed-message");
    }
  });

  it("are refused in another version", () => {
    for (const [bytes, decode] of everyMessage()) {
      expect(codeOf(() => decode(Uint8Array.from([2, ...bytes.slice(1)])))).toBe("oplog/malformed-message");
    }
  });
});

describe("limits of messages", () => {
  const sent = (request: RelayRequest) => {
    const bytes = encodeRequest({ id: 1, logTag, token: filled(0, 0), request });
    decodeRequest(bytes);
    return "sent";
  };
  const answered = (answer: RelayAnswer) => {
    decodeAnswer(encodeAnswer({ id: 1, answer }));
    return "sent";
  };
  const list = <Entry>(length: number, entry: Entry): Entry[] => Array.from({ length }, () => entry);

  it.each<[string, number, (length: number) => string]>([
    [
      "blocks of a request",
      oplogLimits.pageBlocks,
      (n) => sent({ kind: "append", onConflict: "refuse", envelopes: list(n, filled(1, 1)) }),
    ],
    [
      "bytes of a block",
      oplogLimits.envelopeBytes,
      (n) => sent({ kind: "append", onConflict: "refuse", envelopes: [filled(n, 1)] }),
    ],
    ["hashes to find", oplogLimits.hashesPerFind, (n) => sent({ kind: "find", hashes: list(n, filled(32, 1)) })],
    ["blocks of a page", oplogLimits.pageBlocks, (n) => sent({ kind: "since", cursor: 0, limit: n })],
    [
      "blocks of a range",
      oplogLimits.pageBlocks,
      (n) => sent({ kind: "range", writer: filled(32, 1), from: 0, limit: n }),
    ],
    ["heads of a page", oplogLimits.pageHeads, (n) => sent({ kind: "heads", after: undefined, limit: n })],
    ["bytes of a chunk", oplogLimits.chunkBytes, (n) => sent({ kind: "putChunk", chunk: filled(n, 1) })],
    ["numbers", oplogLimits.number, (n) => sent({ kind: "since", cursor: n, limit: 1 })],
    [
      "blocks of an answer",
      oplogLimits.pageBlocks,
      (n) => answered({ kind: "range", envelopes: list(n, filled(1, 1)) }),
    ],
    ["blocks found", oplogLimits.hashesPerFind, (n) => answered({ kind: "find", envelopes: list(n, undefined) })],
    [
      "heads of an answer",
      oplogLimits.pageHeads,
      (n) => answered({ kind: "heads", hasMore: false, end: 0, heads: list(n, head) }),
    ],
    ["outcomes", oplogLimits.pageBlocks, (n) => answered({ kind: "append", outcomes: list(n, { kind: "known" }) })],
    [
      "bytes of a chunk in an answer",
      oplogLimits.chunkBytes,
      (n) => answered({ kind: "getChunk", chunk: filled(n, 1) }),
    ],
  ])("%s: one below, at and one above", (_name, limit, make) => {
    expect(make(limit - 1)).toBe("sent");
    expect(make(limit)).toBe("sent");
    expect(codeOf(() => make(limit + 1))).toBe("oplog/malformed-message");
  });

  it("tokens: one below, at and one above", () => {
    const withToken = (lengthBytes: number) =>
      codeOf(() =>
        decodeRequest(encodeRequest({ id: 1, logTag, token: filled(lengthBytes, 1), request: { kind: "subscribe" } })),
      );
    expect([63, 64, 65].map(withToken)).toEqual(["read", "read", "oplog/malformed-message"]);
  });

  it("a whole message: one below, at and one above", () => {
    const { messageBytes, envelopeBytes } = oplogLimits;
    // version, kind, id, next, end, count, and two lengths of three bytes
    const page = (total: number) => {
      const rest = total - 6 - 6 - envelopeBytes;
      return codeOf(() =>
        decodeAnswer(
          encodeAnswer({
            id: 1,
            answer: { kind: "since", next: 1, end: 1, envelopes: [filled(envelopeBytes, 1), filled(rest, 1)] },
          }),
        ),
      );
    };
    expect([messageBytes - 1, messageBytes, messageBytes + 1].map(page)).toEqual([
      "read",
      "read",
      "oplog/malformed-message",
    ]);
    expect(codeOf(() => decodeRequest(filled(messageBytes + 1, 1)))).toBe("oplog/malformed-message");
  });

  it("no page and no list of blocks may ask for or hold nothing", () => {
    expect(codeOf(() => sent({ kind: "since", cursor: 0, limit: 0 }))).toBe("oplog/malformed-message");
    expect(codeOf(() => sent({ kind: "append", onConflict: "refuse", envelopes: [filled(0, 0)] }))).toBe(
      "oplog/malformed-message",
    );
  });
});

describe("mutants of messages", () => {
  const mutants = mutantsTried;

  it.each(everyMessage().map(([bytes, decode], i) => [i, bytes, decode] as const))(
    "message %d: 10,000 mutants are read or refused, and what is read is written the same",
    (i, bytes, decode) => {
      const choose = createChooser(i + 1);
      let refused = 0;
      for (let n = 0; n < mutants; n++) {
        const mutant = mutate(choose, bytes);
        const outcome = codeOf(() => decode(mutant));
        if (outcome === "oplog/malformed-message") refused += 1;
        else if (outcome !== "read" || Buffer.compare(encodedAgain(mutant, decode), mutant) !== 0)
          expect.fail(`seed ${i + 1}, mutant ${n}: ${outcome}, ${hex(mutant)}`);
      }
      expect(refused).toBeGreaterThan(mutants / 20);
    },
  );

  it("never make a server fail, nor answer anything but an answer", async () => {
    const host = new MemoryRelay(deps, generousQuotas);
    host.createLog({ logTag, token: tokenOf(0) });
    const failures: unknown[] = [];
    const server = serveRelay({ host, push: async () => undefined, onFailure: (error) => void failures.push(error) });
    for (const [i, bytes] of requestBytes.entries()) {
      const choose = createChooser(i + 100);
      for (let n = 0; n < 1_000; n++) decodeAnswer(await server.answer(mutate(choose, bytes)));
    }
    server.close();
    expect(failures).toEqual([]);
  });

  it("do not make a decoder allocate more than the message has", () => {
    // Counts and lengths of 2^28 and more, with nothing behind them.
    const huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
    const start = [1, 0, 1, ...logTag, 0];
    const before = process.memoryUsage().arrayBuffers;
    for (let n = 0; n < mutantsTried; n++) {
      for (const kind of [1, 3, 6]) {
        const body = kind === 1 ? [0, ...huge] : huge;
        const bytes = Uint8Array.from([...start.with(1, kind), ...body]);
        expect(codeOf(() => decodeRequest(bytes))).toBe("oplog/malformed-message");
      }
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  });
});

type Decode = (bytes: Uint8Array) => unknown;

function everyMessage(): (readonly [Bytes, Decode])[] {
  return [
    ...requestBytes.map((bytes) => [bytes, decodeRequest] as const),
    ...answerBytes.map((bytes) => [bytes, decodeAnswer] as const),
    [newsBytes, decodeNews] as const,
  ];
}

function encodedAgain(bytes: Uint8Array, decode: Decode): Uint8Array {
  if (decode === decodeRequest) return encodeRequest(decodeRequest(bytes));
  return decode === decodeAnswer ? encodeAnswer(decodeAnswer(bytes)) : encodeNews(decodeNews(bytes));
}

function codeOf(run: () => unknown): string {
  try {
    run();
    return "read";
  } catch (error) {
    return error instanceof CoterieError ? error.code : `uncaught: ${String(error)}`;
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function mutate(choose: (count: number) => number, source: Uint8Array): Uint8Array {
  const mutant = [...source];
  for (let times = 1 + choose(3); times > 0; times--) {
    const at = choose(mutant.length + 1);
    switch (choose(5)) {
      case 0:
        mutant[Math.min(at, mutant.length - 1)] = choose(256);
        break;
      case 1:
        mutant.splice(at, 1 + choose(8));
        break;
      case 2:
        mutant.splice(at, 0, ...Array.from({ length: 1 + choose(8) }, () => choose(256)));
        break;
      case 3:
        mutant.splice(at, 0, ...mutant.slice(choose(mutant.length + 1)));
        break;
      default:
        mutant.splice(at, choose(5), 0xff, 0xff, 0xff, 0xff, 0x0f);
    }
  }
  return Uint8Array.from(mutant.slice(0, 4_000));
}
