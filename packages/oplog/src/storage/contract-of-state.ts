/** The parts of the contract of log stores that are about state, and about what happens to a log in time. */
import { oplogLimits } from "../limits.ts";
import { insist, insistRefused } from "../test-runner.ts";
import type { ContractTest } from "./contract-case.ts";
import { blocksOf, requireBlocks, requireDropped, requireState, stateOf } from "./contract-samples.ts";

/** Values by name. */
export const stateTests: Readonly<Record<string, ContractTest>> = {
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

/** Dropping, damage, closing. */
export const lifeTests: Readonly<Record<string, ContractTest>> = {
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
