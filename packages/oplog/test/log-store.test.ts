import { describe, expect, it } from "vitest";
import { describeLogStore, type MadeLogStore } from "../src/contract.ts";
import { createMemoryLogStore, type MemoryLogStore } from "../src/index.ts";

async function makeMemoryStore(): Promise<MadeLogStore> {
  let store = createMemoryLogStore();
  const recovery = { cutBytes: 0, damaged: [], repaired: 0, isStateLost: false };
  const reopen = async (): Promise<{ store: MemoryLogStore; recovery: typeof recovery }> => {
    await store.close();
    store = store.reopen();
    return { store, recovery };
  };
  return { store, reopen };
}

describeLogStore({ describe, it }, { name: "memory", make: makeMemoryStore });

/** The titles of the tests of the contract that a store fails. */
async function failuresOf(spoil: (made: MadeLogStore) => MadeLogStore): Promise<string[]> {
  const tests = new Map<string, () => Promise<void>>();
  const runner = {
    describe: (_name: string, suite: () => void) => suite(),
    it: (name: string, test: () => Promise<void>) => void tests.set(name, test),
  };
  describeLogStore(runner, { name: "faulty", make: async () => spoil(await makeMemoryStore()) });
  const failed: string[] = [];
  for (const [name, test] of tests) await test().catch(() => failed.push(name));
  return failed;
}

describe("the contract of log stores", () => {
  it.each<[string, (made: MadeLogStore) => MadeLogStore]>([
    ["forgets blocks", ({ store }) => ({ store: { ...store, append: async () => 0 } })],
    ["forgets state", ({ store }) => ({ store: { ...store, save: async () => undefined } })],
    [
      "reads pages that are too long",
      ({ store }) => ({ store: { ...store, read: async (from) => await store.read(from, 99) } }),
    ],
    [
      "moves positions",
      ({ store }) => ({ store: { ...store, first: () => 0, length: () => store.length() - store.first() } }),
    ],
    [
      "begins anew when opened",
      ({ store }) => ({ store, reopen: async () => (await (await makeMemoryStore()).reopen?.()) ?? never() }),
    ],
    ["heals with anything", ({ store }) => ({ store: { ...store, heal: async () => undefined } })],
    ["does not notice damage", ({ store, reopen = never }) => ({ store, reopen, damage: async () => await reopen() })],
    ["works on when it is closed", ({ store }) => ({ store: { ...store, close: async () => undefined } })],
  ])("finds out a store that %s", async (_name, spoil) => {
    expect(await failuresOf(spoil)).not.toEqual([]);
  });

  it("lets the memory store pass", async () => {
    expect(await failuresOf((made) => made)).toEqual([]);
  });
});

function never(): never {
  throw new Error("not reached");
}
