/** The contract of the log store. */
import { equalBytes } from "@coterie/bytes";
import { oplogLimits } from "../limits.ts";
import { insist, insistRefused, type TestRunner } from "../test-runner.ts";
import type { ContractTest, MadeLogStore } from "./contract-case.ts";
import { lifeTests, stateTests } from "./contract-of-state.ts";
import { blocksOf, filled, isClean, requireBlocks } from "./contract-samples.ts";

/** One adapter under test. */
export interface LogStoreCase {
  readonly name: string;
  /** A fresh, empty store. The suite closes it, or what became of it. */
  readonly make: () => Promise<MadeLogStore>;
}

/** The contract of `LogStore`. */
export function describeLogStore({ describe, it }: TestRunner, { name, make }: LogStoreCase): void {
  describe(`LogStore: ${name}`, () => {
    for (const [title, test] of Object.entries(contract)) {
      it(title, async () => {
        const made = await make();
        const last = await test(made);
        await (last ?? made.store).close();
      });
    }
  });
}

const blockTests: Readonly<Record<string, ContractTest>> = {
  "is empty at first": async ({ store }) => {
    insist(store.first() === 0 && store.length() === 0, "a fresh store has positions");
    insist((await store.read(0, 10)).length === 0, "a fresh store has blocks");
    insist((await store.findDamage()).length === 0, "a fresh store is damaged");
    insist((await store.append([])) === 0 && store.length() === 0, "no blocks have a length");
    return undefined;
  },
  "gives back blocks by position, also after it was opened again": async ({ store, reopen }) => {
    insist((await store.append(blocksOf(0, 3))) === 0, "the first block is not at position 0");
    insist((await store.append(blocksOf(3, 5))) === 3, "blocks do not follow each other");
    await requireBlocks(store, 0, 5);
    const opened = await reopen?.();
    const again = opened?.store ?? store;
    insist(isClean(opened), "an ordinary close left something to recover");
    await requireBlocks(again, 0, 5);
    insist((await again.append(blocksOf(5, 6))) === 5, "positions begin anew");
    await requireBlocks(again, 0, 6);
    return again;
  },
  "keeps its own copy, and hands out copies": async ({ store }) => {
    const [block] = blocksOf(0, 1);
    if (block !== undefined) await store.append([block]);
    block?.fill(0);
    (await store.read(0, 1))[0]?.fill(0);
    await requireBlocks(store, 0, 1);
    return undefined;
  },
  "stores calls made at once in their order, each without a gap": async ({ store }) => {
    const sizes = Array.from({ length: 40 }, (_unused, i) => (i * 7) % 5);
    let next = 0;
    const starts = sizes.map((size) => (next += size) - size);
    const positions = await Promise.all(
      sizes.map(async (size, i) => await store.append(blocksOf(starts[i] ?? 0, (starts[i] ?? 0) + size))),
    );
    insist(
      positions.every((position, i) => sizes[i] === 0 || position === starts[i]),
      "a call got the place of another",
    );
    await requireBlocks(store, 0, next);
    return undefined;
  },
  "reads pages: as many as asked for, fewer where blocks are long, none at the end": async ({ store }) => {
    const count = 6;
    const long = Array.from({ length: count }, (_unused, i) => filled(oplogLimits.envelopeBytes, i + 1));
    await store.append(long);
    insist((await store.read(1, 2)).length === 2, "a page is not as long as asked for");
    insist((await store.read(0, count)).length === 3, "a page is longer than its limit of bytes");
    insist((await store.read(count - 1, 100)).length === 1 && (await store.read(count, 1)).length === 0, "no end");
    for (let from = 0; from < count; ) {
      const page = await store.read(from, count);
      insist(page.length > 0, "a page is empty before the end");
      insist(
        page.every((block, i) => equalBytes(block, long[from + i] ?? block.subarray(1))),
        "a page has other blocks",
      );
      from += page.length;
    }
    return undefined;
  },
  "refuses empty blocks and longer ones than the longest, and stores nothing of the call": async ({ store }) => {
    const [good] = blocksOf(0, 1);
    for (const lengthBytes of [0, oplogLimits.envelopeBytes + 1]) {
      const blocks = [...(good === undefined ? [] : [good]), filled(lengthBytes, 1)];
      await insistRefused("oplog/store-limit", async () => await store.append(blocks));
    }
    insist(store.length() === 0, "a refused call left blocks");
    await store.append([filled(oplogLimits.envelopeBytes, 1), filled(1, 1)]);
    insist((await store.read(0, 2)).length === 2, "the longest or shortest block is gone");
    return undefined;
  },
  "takes as many and as long blocks in one call as its limits say, and not one more": async ({ store }) => {
    const one = filled(1, 1);
    const most = Array.from({ length: oplogLimits.appendBlocks }, () => one);
    const longest = Array.from({ length: 8 }, () => filled(oplogLimits.appendBytes / 8, 2));
    for (const blocks of [most, longest]) {
      await insistRefused("oplog/store-limit", async () => await store.append([...blocks, one]));
      await store.append(blocks);
    }
    insist(store.length() === most.length + longest.length, "a refused call left blocks");
    insist((await store.read(most.length, 1))[0]?.[0] === 2, "the blocks of a long call are gone");
    return undefined;
  },
  "refuses numbers that are no positions": async ({ store }) => {
    await store.append(blocksOf(0, 2));
    for (const from of [-1, 0.5, 3, Number.NaN]) {
      await insistRefused("oplog/store-limit", async () => await store.read(from, 1));
      await insistRefused("oplog/store-limit", async () => await store.drop(from));
    }
    for (const limit of [0, -1, 1.5]) await insistRefused("oplog/store-limit", async () => await store.read(0, limit));
    const [block] = blocksOf(2, 3);
    if (block !== undefined) await insistRefused("oplog/store-limit", async () => await store.heal(2, block));
    return undefined;
  },
};

const contract: Readonly<Record<string, ContractTest>> = { ...blockTests, ...stateTests, ...lifeTests };
