/** D9 for the store alone: a million blocks of 250 bytes in a folder. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ciphertext } from "@coterie/bytes";
import { expect, it } from "vitest";
import { openNodeLogStore } from "../src/node.ts";

const count = 1_000_000;

it("opens a log of a million blocks within a second, in little memory, and reads any of them", {
  timeout: 1_800_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "coterie-long-log-"));
  try {
    const { store: first } = await openNodeLogStore(folder);
    for (let from = 0; from < count; from += 1_000) {
      await first.append(Array.from({ length: 1_000 }, (_unused, i) => blockAt(from + i)));
    }
    await first.close();
    const [rssBytes, begunMs] = [process.memoryUsage.rss(), performance.now()];
    const { store } = await openNodeLogStore(folder);
    expect(performance.now() - begunMs).toBeLessThan(1_000);
    expect(process.memoryUsage.rss() - rssBytes).toBeLessThan(60_000_000);
    expect(store.length()).toBe(count);
    for (let position = 7; position < count; position += 49_999) {
      expect(await store.read(position, 1)).toEqual([blockAt(position)]);
    }
    await store.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});

function blockAt(position: number): Ciphertext<"block"> {
  const block = new Uint8Array(250).fill(position % 251);
  new DataView(block.buffer).setUint32(0, position);
  // brand: a store does not look inside
  return block as Ciphertext<"block">;
}
