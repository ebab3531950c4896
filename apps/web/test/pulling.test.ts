import { fromBinary } from "@bufbuild/protobuf";
import { PullContactsRequestSchema } from "@coterie/protocol";
import { describe, expect, it } from "vitest";
import { createProgressMeter } from "../src/contacts/opening-progress.ts";
import { pullBatches, type SealedBatch } from "../src/contacts/pull-batches.ts";
import { readPulledBatch } from "../src/gateway/pulled-batch.ts";
import type { SendToGateway, WireAnswer } from "../src/gateway/unary-call.ts";
import { encodeBatch, makeContact } from "./contact-fixtures.ts";

const token = "ctok1test";

function answerOf(
  status: number,
  { body = new Uint8Array(0), code }: { body?: Uint8Array<ArrayBuffer>; code?: string } = {},
): WireAnswer {
  return { status, body, header: (name) => (name === "coterie-error" ? (code ?? null) : null) };
}

/** A way to a gateway that gives these answers in turn, and what it was asked. */
function scripted(answers: readonly (WireAnswer | "no network")[]): { send: SendToGateway; cursors: string[] } {
  const rest = [...answers];
  const cursors: string[] = [];
  return {
    cursors,
    send: async ({ body, headers }) => {
      expect(headers["authorization"]).toBe(`Bearer ${token}`);
      cursors.push(fromBinary(PullContactsRequestSchema, body).cursor);
      const answer = rest.shift();
      if (answer === undefined || answer === "no network") throw new TypeError("no network");
      return answer;
    },
  };
}

async function pullAll(send: SendToGateway): Promise<{ batches: SealedBatch[]; waits: number[] }> {
  const batches: SealedBatch[] = [];
  const waits: number[] = [];
  const wait = async (milliseconds: number): Promise<void> => void waits.push(milliseconds);
  for await (const batch of pullBatches({ calls: { send, token }, wait }, new AbortController().signal))
    batches.push(batch);
  return { batches, waits };
}

describe("the outside of a batch", () => {
  it("is read without the contacts in it", () => {
    const bytes = encodeBatch([makeContact(), makeContact()], { nextCursor: "17", more: true });
    expect(readPulledBatch(bytes)).toEqual({ contacts: 2, nextCursor: "17", more: true });
    expect(readPulledBatch(encodeBatch([]))).toEqual({ contacts: 0, nextCursor: "", more: false });
  });

  it("is refused where it is cut off or something else", () => {
    const bytes = encodeBatch([makeContact()], { nextCursor: "17" });
    for (const broken of [bytes.slice(0, -1), bytes.slice(0, 40), new TextEncoder().encode("<html>")]) {
      expect(() => readPulledBatch(broken)).toThrow(expect.objectContaining({ code: "web/gateway-misbehaved" }));
    }
  });
});

describe("pulling", () => {
  it("goes from cursor to cursor until nothing more waits", async () => {
    const { send, cursors } = scripted([
      answerOf(200, { body: encodeBatch([makeContact()], { nextCursor: "5", more: true }) }),
      answerOf(200, { body: encodeBatch([makeContact(), makeContact()], { nextCursor: "9" }) }),
    ]);
    const { batches } = await pullAll(send);
    expect(batches.map(({ contacts }) => contacts)).toEqual([1, 2]);
    expect(cursors).toEqual(["0", "5"]);
  });

  it("waits and tries again while the gateway is busy or away", async () => {
    const last = answerOf(200, { body: encodeBatch([makeContact()], { nextCursor: "1" }) });
    const { send } = scripted(["no network", answerOf(429, { code: "rate-limited" }), answerOf(503), last]);
    const { batches, waits } = await pullAll(send);
    expect(batches.length).toBe(1);
    expect(waits).toEqual([1000, 2000, 4000]);
  });

  it("gives up after five tries, and at once where trying again changes nothing", async () => {
    const away = scripted(Array.from({ length: 9 }, () => "no network" as const));
    await expect(pullAll(away.send)).rejects.toMatchObject({ code: "web/gateway-unreachable" });
    expect(away.cursors.length).toBe(5);
    const refused = scripted([answerOf(401, { code: "unauthenticated" })]);
    await expect(pullAll(refused.send)).rejects.toMatchObject({ reason: "unauthenticated" });
    expect(refused.cursors.length).toBe(1);
  });

  it("refuses a cursor that does not move, which would pull for ever", async () => {
    const same = answerOf(200, { body: encodeBatch([makeContact()], { nextCursor: "0", more: true }) });
    await expect(pullAll(scripted([same]).send)).rejects.toMatchObject({ code: "web/gateway-misbehaved" });
  });
});

describe("the progress meter", () => {
  it("tells rate and time left from the last seconds, and when its total is exact", () => {
    const clock = { ms: 0 };
    const meter = createProgressMeter({ now: () => clock.ms }, { estimate: 10_000 });
    expect(meter.measure({ looked: 0, pulled: 500, allPulled: false })).toMatchObject({
      total: 10_000,
      perSecond: undefined,
    });
    clock.ms = 2000;
    const progress = meter.measure({ looked: 4000, pulled: 5000, allPulled: false });
    expect(progress).toMatchObject({ totalIsExact: false, perSecond: 2000, secondsLeft: 3 });
    for (clock.ms = 3000; clock.ms <= 12_000; clock.ms += 1000)
      meter.measure({ looked: 4000, pulled: 5000, allPulled: false });
    // A stall shows: the old speed is forgotten.
    expect(meter.measure({ looked: 4000, pulled: 5000, allPulled: true })).toMatchObject({
      total: 5000,
      totalIsExact: true,
      perSecond: undefined,
    });
  });

  it("never tells a total below what was pulled, and none without an estimate", () => {
    const meter = createProgressMeter({ now: () => 0 }, { estimate: 10 });
    expect(meter.measure({ looked: 0, pulled: 50, allPulled: false }).total).toBe(50);
    const blind = createProgressMeter({ now: () => 0 }, { estimate: undefined });
    expect(blind.measure({ looked: 0, pulled: 50, allPulled: false }).total).toBeUndefined();
  });
});
