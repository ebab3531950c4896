import process from "node:process";
import { type Bytes, decodeUtf8, encodeUtf8 } from "@coterie/bytes";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type RoomOrder, ViewRunner } from "../src/views/view-runner.ts";
import { ViewState, type WritableView } from "../src/views/view-state.ts";

// What a host might do with a block: append it, count by key, forget, shorten.
function apply(view: WritableView, blocks: readonly number[]): void {
  for (const block of blocks) {
    view.append(encodeUtf8(`block ${block} at ${view.length}`));
    const key = `key ${block % 5}`;
    const before = view.find(key);
    view.put(key, encodeUtf8(`${before === undefined ? "" : decodeUtf8(before)}${block},`));
    if (block % 7 === 3) view.remove(`key ${(block + 1) % 5}`);
    if (block % 11 === 5) view.truncate(Math.floor(view.length / 2));
  }
}

const load = (indices: readonly number[]) => Promise.resolve([...indices]);

function orderOf(blocks: readonly number[], finalLength: number, voids: ReadonlySet<number>): RoomOrder {
  return {
    finalLength,
    length: blocks.length,
    at: (position) => blocks[position] ?? -1,
    isVoid: (position) => voids.has(blocks[position] ?? -1),
  };
}

function fromScratch(order: RoomOrder): Bytes {
  const state = new ViewState();
  const blocks = Array.from({ length: order.length }, (_, position) => position).filter((at) => !order.isVoid(at));
  apply(
    state,
    blocks.map((at) => order.at(at)),
  );
  return state.encode();
}

// Orders that follow one another: a final prefix that only grows, a tail that is reshuffled, grows, and whose voids change.
const schedule = fc.array(
  fc.record({
    grow: fc.nat({ max: 90 }),
    settle: fc.nat({ max: 60 }),
    seed: fc.nat(),
    voids: fc.array(fc.nat({ max: 400 }), { maxLength: 8 }),
  }),
  { minLength: 1, maxLength: 8 },
);

it("shows what it would show from scratch, whatever was undone and applied again", {
  timeout: 1_800_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async (steps) => {
      const runner = new ViewRunner({ load, apply });
      let blocks: number[] = [];
      let finalLength = 0;
      let finalVoids = new Set<number>();
      for (const { grow, settle, seed, voids } of steps) {
        const tail = [...blocks.slice(finalLength), ...Array.from({ length: grow }, (_, i) => blocks.length + i)];
        blocks = [...blocks.slice(0, finalLength), ...shuffle(tail, seed)];
        const nextFinal = Math.min(blocks.length, finalLength + settle);
        const allVoids = new Set([
          ...finalVoids,
          ...voids.filter((block) => !blocks.slice(0, finalLength).includes(block)),
        ]);
        const order = orderOf(blocks, nextFinal, allVoids);
        await runner.update(order);
        expect(runner.encode()).toEqual({ content: fromScratch(order), length: blocks.length });
        finalVoids = new Set([...allVoids].filter((block) => blocks.slice(0, nextFinal).includes(block)));
        finalLength = nextFinal;
      }
    }),
    { numRuns: process.env["COTERIE_FULL"] === "1" ? 10_000 : 300 },
  );
});

it("undoes no more than the tail, to the step below it", async () => {
  const runner = new ViewRunner({ load, apply });
  const blocks = Array.from({ length: 1000 }, (_, i) => i);
  await runner.update(orderOf(blocks, 900, new Set()));
  const swapped = [...blocks.slice(0, 990), 991, 990, ...blocks.slice(992)];
  expect(runner.pendingUndo(orderOf(swapped, 900, new Set()))).toBe(10);
  await runner.update(orderOf(swapped, 900, new Set()));
  expect(runner.redoFactor).toBeLessThan(1.08);
});

it("stands before the step whose blocks the host refused, and goes on when it can", async () => {
  let isBroken = true;
  const runner = new ViewRunner<number>({
    load,
    apply: (view, blocks) => {
      apply(view, blocks);
      if (isBroken && blocks.includes(100)) throw new RangeError("host");
    },
  });
  const order = orderOf(
    Array.from({ length: 150 }, (_, i) => i),
    10,
    new Set(),
  );
  await expect(runner.update(order)).rejects.toThrow(RangeError);
  expect(runner.length).toBe(74);
  isBroken = false;
  await runner.update(order);
  expect(runner.encode().content).toEqual(fromScratch(order));
});

it("reads back what it wrote, and refuses what it did not write", () => {
  const state = new ViewState();
  apply(
    state,
    Array.from({ length: 50 }, (_, i) => i),
  );
  const again = new ViewState();
  again.decode(state.encode());
  expect(again.encode()).toEqual(state.encode());
  expect(() => again.decode(state.encode().subarray(1))).toThrow();
  expect(() => again.decode(new Uint8Array([...state.encode(), 0]))).toThrow();
  expect(() => again.decode(new Uint8Array([0, 0, 0, 8, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]))).toThrow();
});

it("refuses a way back that was forgotten, and places that are not there", () => {
  const state = new ViewState();
  const start = state.mark();
  state.append(encodeUtf8("a"));
  const later = state.mark();
  state.append(encodeUtf8("b"));
  state.forgetBefore(later);
  expect(() => state.undoTo(start)).toThrow(expect.objectContaining({ code: "room/view-out-of-range" }));
  state.undoTo(later);
  expect(state.length).toBe(1);
  expect(() => state.at(1)).toThrow(expect.objectContaining({ code: "room/view-out-of-range" }));
  expect(() => state.truncate(2)).toThrow(expect.objectContaining({ code: "room/view-out-of-range" }));
});

function shuffle(items: readonly number[], seed: number): number[] {
  const shuffled = [...items];
  let state = (seed >>> 0) + 1;
  for (let i = shuffled.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const j = state % (i + 1);
    const held = shuffled[i] ?? 0;
    shuffled[i] = shuffled[j] ?? 0;
    shuffled[j] = held;
  }
  return shuffled;
}
