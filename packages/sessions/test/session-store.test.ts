import { describe, expect, it } from "vitest";
import { describeSessionStore, type MadeSessionStore } from "../src/contract.ts";
import { createMemorySessionStore } from "../src/index.ts";

async function makeMemoryStore(): Promise<MadeSessionStore> {
  const store = createMemorySessionStore();
  return { store, savePrekey: store.savePrekey };
}

describeSessionStore({ describe, it }, { name: "memory", make: makeMemoryStore });

/** How many tests of the contract a store fails. */
async function failuresOf(make: () => Promise<MadeSessionStore>): Promise<number> {
  const tests: (() => Promise<void>)[] = [];
  const runner = {
    describe: (_name: string, suite: () => void) => suite(),
    it: (_name: string, test: () => Promise<void>) => void tests.push(test),
  };
  describeSessionStore(runner, { name: "faulty", make });
  const results = await Promise.allSettled(tests.map(async (test) => await test()));
  return results.filter(({ status }) => status === "rejected").length;
}

describe("the contract of session stores", () => {
  it.each<[string, (made: MadeSessionStore) => MadeSessionStore]>([
    [
      "forgets what was stored",
      ({ store, ...rest }) => ({ ...rest, store: { ...store, commit: async () => undefined } }),
    ],
    ["knows of no use", ({ store, ...rest }) => ({ ...rest, store: { ...store, wasKemUsed: async () => false } })],
    [
      "keeps used prekeys",
      ({ store, ...rest }) => ({
        ...rest,
        store: {
          ...store,
          commit: async ({ usedOneTimePrekeyId: _used, kemUse: _use, ...change }) => await store.commit(change),
        },
      }),
    ],
    [
      "mixes peers",
      ({ store, ...rest }) => ({
        ...rest,
        store: { ...store, loadRecord: async () => await store.loadRecord("bob.1") },
      }),
    ],
  ])("finds out a store that %s", async (_name, spoil) => {
    expect(await failuresOf(async () => spoil(await makeMemoryStore()))).toBeGreaterThan(0);
    expect(await failuresOf(makeMemoryStore)).toBe(0);
  });
});
