/** The contract of the log store. */
import { type Ciphertext, equalBytes } from "@coterie/bytes";
import { oplogLimits } from "../limits.ts";
import { insist, insistRefused, type TestRunner } from "../test-runner.ts";
import type { LogStore, OpenedLogStore } from "./log-store.ts";

/** A store with what the suite needs to reopen and to damage it. */
export interface MadeLogStore {
  readonly store: LogStore;
  /** Closes the store and opens its content again, where that outlives the store. */
  readonly reopen?: () => Promise<OpenedLogStore>;
  /** Closes the store, changes a stored byte of the block at `position`, and opens again; where a store can be damaged from outside. */
  readonly damage?: (position: number) => Promise<OpenedLogStore>;
}

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

/** Gives the store that is open at the end, where it is another one. */
type ContractTest = (made: MadeLogStore) => Promise<LogStore | undefined>;

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

const stateTests: Readonly<Record<string, ContractTest>> = {
  "keeps state by name, also after it was opened again": async ({ store, reopen }) => {
    insist((await store.load("a")) === undefined, "a fresh store has state");
    await store.save(
      new Map([
        ["a", stateOf(10, 1)],
        ["b", stateOf(100_000, 2)],
        ["c", stateOf(0, 0)],
      ]),
    );
    await store.save(
      new Map([
        ["a", stateOf(20, 3)],
        ["c", undefined],
        ["d", undefined],
      ]),
    );
    await requireState(store);
    const again = (await reopen?.())?.store ?? store;
    await requireState(again);
    await again.save(new Map([["b", undefined]]));
    insist((await again.load("b")) === undefined, "a removed value is still there");
    insist((await again.load("a")) !== undefined, "a value is gone with another");
    return again;
  },
  "saves in the order of calls made at once": async ({ store }) => {
    const saves = Array.from(
      { length: 20 },
      (_unused, i) =>
        new Map([
          ["a", stateOf(1 + i, i)],
          [`k${i}`, stateOf(1, i)],
        ]),
    );
    await Promise.all(saves.map(async (changes) => await store.save(changes)));
    insist((await store.load("a"))?.length === 20, "a later change was overtaken");
    for (let i = 0; i < 20; i++) insist((await store.load(`k${i}`))?.[0] === i, "a change is lost");
    return undefined;
  },
  "keeps its own copy of state, and hands out copies": async ({ store }) => {
    const value = stateOf(10, 1);
    await store.save(new Map([["a", value]]));
    value.fill(0);
    (await store.load("a"))?.fill(0);
    insist((await store.load("a"))?.[0] === 1, "state was changed from outside");
    return undefined;
  },
  "has limits for names and values, and stores nothing of a refused call": async ({ store }) => {
    const longest = "k".repeat(oplogLimits.stateKeyBytes);
    await store.save(new Map([[longest, stateOf(oplogLimits.stateValueBytes, 7)]]));
    insist((await store.load(longest))?.length === oplogLimits.stateValueBytes, "the longest value is gone");
    for (const key of ["", `${longest}k`]) {
      await insistRefused("oplog/store-limit", async () => await store.load(key));
      await insistRefused(
        "oplog/store-limit",
        async () =>
          await store.save(
            new Map([
              ["x", stateOf(1, 1)],
              [key, stateOf(1, 1)],
            ]),
          ),
      );
    }
    const tooLong = new Map([
      ["x", stateOf(1, 1)],
      ["y", stateOf(oplogLimits.stateValueBytes + 1, 1)],
    ]);
    await insistRefused("oplog/store-limit", async () => await store.save(tooLong));
    insist((await store.load("x")) === undefined, "a refused call left state");
    const names = Array.from({ length: oplogLimits.stateKeys }, (_unused, i) => `n${i}`);
    await insistRefused(
      "oplog/store-limit",
      async () => await store.save(new Map(names.map((key) => [key, stateOf(1, 1)]))),
    );
    await store.save(new Map(names.slice(1).map((key) => [key, stateOf(1, 2)])));
    insist((await store.load("n1"))?.[0] === 2 && (await store.load("n0")) === undefined, "the most names are refused");
    return undefined;
  },
};

const lifeTests: Readonly<Record<string, ContractTest>> = {
  "keeps positions when the oldest blocks are dropped": async ({ store, reopen }) => {
    await store.append(blocksOf(0, 10));
    await store.drop(4);
    await requireDropped(store);
    const opened = (await reopen?.())?.store ?? store;
    await requireDropped(opened);
    const first = opened.first();
    await opened.drop(2);
    insist(opened.first() >= first, "what was dropped came back");
    insist((await opened.append(blocksOf(10, 12))) === 10, "positions begin anew after a drop");
    await opened.drop(12);
    insist(opened.first() <= 12 && opened.length() === 12, "a log that was dropped whole forgot its length");
    const again = (await reopen?.())?.store ?? opened;
    insist(again.length() === 12 && (await again.append(blocksOf(12, 13))) === 12, "positions are used again");
    await requireBlocks(again, 12, 13);
    return again;
  },
  "leaves a block that can be read as it is": async ({ store }) => {
    await store.append(blocksOf(0, 2));
    const [zero, one] = blocksOf(0, 2);
    if (zero === undefined || one === undefined) return undefined;
    await store.heal(1, one);
    await insistRefused("oplog/position-taken", async () => await store.heal(1, zero));
    await requireBlocks(store, 0, 2);
    return undefined;
  },
  "reports damaged blocks, reads those around them, and heals": async ({ store, damage }) => {
    if (damage === undefined) return undefined;
    await store.append(blocksOf(0, 8));
    const { store: damaged } = await damage(3);
    insist((await damaged.read(0, 8)).length === 3, "a page goes on behind a damaged block");
    await insistRefused("oplog/store-damaged", async () => await damaged.read(3, 1));
    const [range, ...others] = await damaged.findDamage();
    insist(range?.from === 3 && range.to === 4 && others.length === 0, "the damage is somewhere else");
    await requireBlocks(damaged, 0, 3);
    await requireBlocks(damaged, 4, 8);
    const [block] = blocksOf(3, 4);
    if (block !== undefined) await damaged.heal(3, block);
    await requireBlocks(damaged, 0, 8);
    insist((await damaged.findDamage()).length === 0, "it is still damaged");
    insist((await damaged.append(blocksOf(8, 9))) === 8, "positions moved");
    return damaged;
  },
  "finishes what was begun when it is closed, and refuses everything after": async ({ store, reopen }) => {
    const begun = store.append(blocksOf(0, 3));
    const saved = store.save(new Map([["a", stateOf(1, 1)]]));
    await Promise.all([store.close(), store.close()]);
    insist((await begun) === 0, "an append was lost in closing");
    await saved;
    const [block] = blocksOf(0, 1);
    if (block === undefined) return undefined;
    const calls = [
      async () => await store.append([block]),
      async () => await store.read(0, 1),
      async () => await store.load("a"),
      async () => await store.save(new Map()),
      async () => await store.drop(0),
      async () => await store.heal(0, block),
      async () => await store.findDamage(),
    ];
    for (const call of calls) await insistRefused("oplog/store-closed", call);
    const again = (await reopen?.())?.store;
    if (again !== undefined) await requireBlocks(again, 0, 3);
    return again;
  },
};

const contract: Readonly<Record<string, ContractTest>> = { ...blockTests, ...stateTests, ...lifeTests };

function isClean(opened: OpenedLogStore | undefined): boolean {
  if (opened === undefined) return true;
  const { cutBytes, damaged, repaired, isStateLost } = opened.recovery;
  return cutBytes === 0 && damaged.length === 0 && repaired === 0 && !isStateLost;
}

/** The blocks that a test stores at these positions: of various lengths, none like another. */
function blocksOf(from: number, to: number): Ciphertext<"block">[] {
  return Array.from({ length: to - from }, (_unused, i) => {
    const block = filled(5 + (((from + i) * 37) % 600), (from + i) % 251);
    new DataView(block.buffer).setUint32(0, from + i);
    return block;
  });
}

function filled(lengthBytes: number, byte: number): Ciphertext<"block"> {
  // brand: a store does not look inside
  return new Uint8Array(lengthBytes).fill(byte) as Ciphertext<"block">;
}

function stateOf(lengthBytes: number, byte: number): Ciphertext<"state"> {
  // brand: a store does not look inside
  return new Uint8Array(lengthBytes).fill(byte) as Ciphertext<"state">;
}

async function requireBlocks(store: LogStore, from: number, to: number): Promise<void> {
  const expected = blocksOf(from, to);
  const found = to > from ? await store.read(from, to - from) : [];
  insist(found.length === expected.length, "blocks are missing");
  insist(
    found.every((block, i) => equalBytes(block, expected[i] ?? new Uint8Array())),
    "a block is not what was stored",
  );
}

/** What holds of ten blocks after `drop(4)`. */
async function requireDropped(store: LogStore): Promise<void> {
  insist(store.first() <= 4 && store.length() === 10, "positions moved, or more was dropped than asked for");
  await requireBlocks(store, 4, 10);
  if (store.first() > 0) await insistRefused("oplog/position-dropped", async () => await store.read(0, 1));
}

async function requireState(store: LogStore): Promise<void> {
  const [a, b] = [await store.load("a"), await store.load("b")];
  insist(a?.length === 20 && a.every((byte) => byte === 3), "a value is not what was saved last");
  insist(b?.length === 100_000 && b.every((byte) => byte === 2), "a long value is not what was saved");
  for (const key of ["c", "d", "e"]) insist((await store.load(key)) === undefined, "a removed value is there");
}
