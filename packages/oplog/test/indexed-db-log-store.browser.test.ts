import type { Ciphertext } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import { openIndexedDbLogStore, takeWriterLock } from "../src/browser.ts";
import { describeLogStore, type MadeLogStore } from "../src/contract.ts";
import type { OpenedLogStore } from "../src/index.ts";

const fiveBlocks = [1, 2, 3, 4, 5].map((byte) => blockOf(byte));

describeLogStore({ describe, it }, { name: "IndexedDB", make });

describe("a log in IndexedDB", () => {
  it("is open once at a time", async () => {
    const name = crypto.randomUUID();
    const { store } = await openIndexedDbLogStore(name);
    await expect(openIndexedDbLogStore(name)).rejects.toMatchObject({ code: "oplog/store-locked" });
    await store.close();
    await (await openIndexedDbLogStore(name)).store.close();
  });

  it("names damaged state, and leaves the rest", async () => {
    const name = crypto.randomUUID();
    const { store } = await openIndexedDbLogStore(name);
    await store.save(
      new Map([
        ["a", stateOf(1)],
        ["b", stateOf(2)],
      ]),
    );
    await store.close();
    await change(name, "state", "a", (bytes) => bytes.with(5, 9));
    const { store: later } = await openIndexedDbLogStore(name);
    await expect(later.load("a")).rejects.toMatchObject({ code: "oplog/state-damaged" });
    expect(await later.load("b")).toEqual(stateOf(2));
    await later.close();
  });

  it("notices blocks that changed places, or are gone", async () => {
    const name = crypto.randomUUID();
    const { store } = await openIndexedDbLogStore(name);
    await store.append(fiveBlocks);
    await store.close();
    const first = await change(name, "blocks", 0, (bytes) => bytes);
    await change(name, "blocks", 1, () => first);
    await change(name, "blocks", 3, () => undefined);
    const { store: later } = await openIndexedDbLogStore(name);
    expect(await later.findDamage()).toEqual([
      { from: 1, to: 2 },
      { from: 3, to: 4 },
    ]);
    expect(await later.read(4, 1)).toEqual([blockOf(5)]);
    await later.heal(1, blockOf(2));
    await later.heal(3, blockOf(4));
    expect(await later.read(0, 5)).toEqual(fiveBlocks);
    await later.close();
  });

  it("appends at a rate that a room can live with", async () => {
    const { store } = await openIndexedDbLogStore(crypto.randomUUID());
    const begunMs = performance.now();
    for (let i = 0; i < 20; i++) await store.append(Array.from({ length: 500 }, (_unused, k) => blockOf(k % 256, 250)));
    expect(store.length()).toBe(10_000);
    expect(performance.now() - begunMs).toBeLessThan(60_000);
    await store.close();
  });
});

describe("the lock of one writer per origin", () => {
  it("is refused while it is held, and free after it was released", async () => {
    const name = crypto.randomUUID();
    const release = await takeWriterLock(name);
    await expect(takeWriterLock(name)).rejects.toMatchObject({ code: "oplog/store-locked" });
    await (await takeWriterLock(`${name}/other`))();
    await release();
    await (await takeWriterLock(name))();
  });
});

async function make(): Promise<MadeLogStore> {
  const name = crypto.randomUUID();
  let { store } = await openIndexedDbLogStore(name);
  const reopen = async (): Promise<OpenedLogStore> => {
    await store.close();
    const opened = await openIndexedDbLogStore(name);
    ({ store } = opened);
    return opened;
  };
  const damage = async (position: number): Promise<OpenedLogStore> => {
    await store.close();
    await change(name, "blocks", position, (bytes) => bytes.with(6, 1 ^ (bytes[6] ?? 0)));
    return await reopen();
  };
  return { store, reopen, damage };
}

type Bytes = Uint8Array<ArrayBuffer>;

/** Changes a stored value behind the back of the store; undefined removes it. Gives what was there. */
async function change(
  name: string,
  table: string,
  ...[key, to]: [IDBValidKey, (bytes: Bytes) => Bytes | undefined]
): Promise<Bytes> {
  const request = indexedDB.open(name);
  await new Promise((resolve) => request.addEventListener("success", resolve));
  const transaction = request.result.transaction(table, "readwrite");
  const found = transaction.objectStore(table).get(key) as IDBRequest<Bytes>;
  await new Promise((resolve) => found.addEventListener("success", resolve));
  const changed = to(found.result.slice());
  if (changed === undefined) transaction.objectStore(table).delete(key);
  else transaction.objectStore(table).put(changed, key);
  await new Promise((resolve) => transaction.addEventListener("complete", resolve));
  request.result.close();
  return found.result;
}

function blockOf(byte: number, lengthBytes = 20): Ciphertext<"block"> {
  // brand: a store does not look inside
  return new Uint8Array(lengthBytes).fill(byte) as Ciphertext<"block">;
}

function stateOf(byte: number): Ciphertext<"state"> {
  // brand: a store does not look inside
  return new Uint8Array(20).fill(byte) as Ciphertext<"state">;
}
