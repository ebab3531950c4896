/** What the contract of log stores stores, and how it looks at it again. */
import { type Ciphertext, equalBytes } from "@coterie/bytes";
import { insist, insistRefused } from "../test-runner.ts";
import type { LogStore, OpenedLogStore } from "./log-store.ts";

/** Whether opening found nothing to put in order. */
export function isClean(opened: OpenedLogStore | undefined): boolean {
  if (opened === undefined) return true;
  const { cutBytes, damaged, repaired, isStateLost } = opened.recovery;
  return cutBytes === 0 && damaged.length === 0 && repaired === 0 && !isStateLost;
}

/** The blocks that a test stores at these positions: of various lengths, none like another. */
export function blocksOf(from: number, to: number): Ciphertext<"block">[] {
  return Array.from({ length: to - from }, (_unused, i) => {
    const block = filled(5 + (((from + i) * 37) % 600), (from + i) % 251);
    new DataView(block.buffer).setUint32(0, from + i);
    return block;
  });
}

/** A block of one byte again and again. */
export function filled(lengthBytes: number, byte: number): Ciphertext<"block"> {
  // brand: a store does not look inside
  return new Uint8Array(lengthBytes).fill(byte) as Ciphertext<"block">;
}

/** A value of one byte again and again. */
export function stateOf(lengthBytes: number, byte: number): Ciphertext<"state"> {
  // brand: a store does not look inside
  return new Uint8Array(lengthBytes).fill(byte) as Ciphertext<"state">;
}

/** Requires that these positions hold the blocks of {@link blocksOf}. */
export async function requireBlocks(store: LogStore, from: number, to: number): Promise<void> {
  const expected = blocksOf(from, to);
  const found = to > from ? await store.read(from, to - from) : [];
  insist(found.length === expected.length, "blocks are missing");
  insist(
    found.every((block, i) => equalBytes(block, expected[i] ?? new Uint8Array())),
    "a block is not what was stored",
  );
}

/** What holds of ten blocks after `drop(4)`. */
export async function requireDropped(store: LogStore): Promise<void> {
  insist(store.first() <= 4 && store.length() === 10, "positions moved, or more was dropped than asked for");
  await requireBlocks(store, 4, 10);
  if (store.first() > 0) await insistRefused("oplog/position-dropped", async () => await store.read(0, 1));
}

/** Requires what the test of state saved last. */
export async function requireState(store: LogStore): Promise<void> {
  const [a, b] = [await store.load("a"), await store.load("b")];
  insist(a?.length === 20 && a.every((byte) => byte === 3), "a value is not what was saved last");
  insist(b?.length === 100_000 && b.every((byte) => byte === 2), "a long value is not what was saved");
  for (const key of ["c", "d", "e"]) insist((await store.load(key)) === undefined, "a removed value is there");
}
