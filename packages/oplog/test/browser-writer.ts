/**
 * A worker that writes to a log until it is ended. Its name says which log and where: it opens and checks it, tells what it found, and appends and
 * saves from then on, telling what was acknowledged.
 */
import { systemRandom } from "@coterie/primitives/browser";
import { type Ciphertext, CoterieError, equalBytes } from "@coterie/bytes";
import { openIndexedDbLogStore, openOpfsLogStore } from "../src/browser.ts";
import type { LogStore, OpenedLogStore } from "../src/index.ts";

/** Which log, and where. */
export interface WriterTask {
  readonly log: string;
  readonly kind: "opfs" | "indexed-db";
  /** Writes until there is no room left, instead of until it is ended. */
  readonly untilFull: boolean;
}

/** What a writer says. */
export interface WriterNews {
  readonly what: "open" | "durable" | "full" | "failed";
  readonly length: number;
  readonly state: number;
  readonly wrong: number;
}

const { log, kind, untilFull } = JSON.parse(self.name) as WriterTask;
const { store, recovery } = await openWhenFree();
let state = await loadCounter(store);
const wrong = (await countWrong(store)) + recovery.damaged.length + (recovery.isStateLost ? 1 : 0);
tell("open", wrong);
await write().catch((error: unknown) => {
  tell(error instanceof CoterieError && error.code === "oplog/store-full" ? "full" : "failed", 0);
});
await store.close();

async function write(): Promise<void> {
  const blocksAtOnce = untilFull ? 1_000 : 3;
  for (;;) {
    const from = store.length();
    const calls = [0, 1].map(async (call) => {
      const blocks = Array.from({ length: blocksAtOnce }, (_unused, i) => blockAt(from + call * blocksAtOnce + i));
      await store.append(blocks);
      tell("durable", 0);
    });
    await Promise.all(calls);
    await store.save(
      new Map([
        ["counter", bytesOf(state + 1)],
        ["same", bytesOf(state + 1)],
      ]),
    );
    state++;
    tell("durable", 0);
  }
}

/** A browser frees the lock of a worker that was ended, and its files, a moment after it was. */
async function openWhenFree(): Promise<OpenedLogStore> {
  for (let attempt = 0; ; attempt++) {
    try {
      return kind === "opfs"
        ? await openOpfsLogStore({ random: systemRandom }, { name: log })
        : await openIndexedDbLogStore(log);
    } catch (error) {
      if (attempt === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

async function countWrong(from: LogStore): Promise<number> {
  let found = 0;
  for (let next = from.first(); next < from.length(); ) {
    const page = await from.read(next, 1_000);
    for (const [i, block] of page.entries()) found += equalBytes(block, blockAt(next + i)) ? 0 : 1;
    next += page.length;
  }
  return found;
}

/** The counter of the state; -1 where two values that were saved together differ. */
async function loadCounter(from: LogStore): Promise<number> {
  const [counter, same] = [await from.load("counter"), await from.load("same")];
  if (counter === undefined || same === undefined) return counter === same ? 0 : -1;
  return equalBytes(counter, same) ? new DataView(counter.buffer).getFloat64(0) : -1;
}

function blockAt(position: number): Ciphertext<"block"> {
  const block = new Uint8Array(100 + ((position * 7_919) % 400)).fill(position % 253);
  new DataView(block.buffer).setUint32(0, position);
  // brand: a store does not look inside
  return block as Ciphertext<"block">;
}

function bytesOf(counter: number): Ciphertext<"state"> {
  const bytes = new Uint8Array(6_000);
  new DataView(bytes.buffer).setFloat64(0, counter);
  // brand: a store does not look inside
  return bytes as Ciphertext<"state">;
}

function tell(what: WriterNews["what"], found: number): void {
  const news: WriterNews = { what, length: store.length(), state, wrong: found };
  postMessage(news);
}
