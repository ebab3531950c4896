/** What opening does with a newest segment that is torn, damaged, or both. */
import type { Ciphertext } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import { type Disk, type DiskFile, type LogStore, StoreFailedError } from "../src/index.ts";
import { SimulatedDisk } from "../src/testing.ts";
import { openScene } from "./storage-bit-rot.ts";

/** Frames have 16 bytes before each block; a small block of this length makes 100 of them. */
const blockBytes = 84;
const frameBytes = 100;

describe("opening after kill -9", () => {
  it("reports a damaged block in the middle, and keeps those behind it", async () => {
    const disk = await killed(10);
    disk.flip(segmentOf(disk), 8 * (3 * frameBytes + 50));
    const { store, recovery } = await openScene(disk);
    expect(recovery).toMatchObject({ cutBytes: 0, damaged: [{ from: 3, to: 4 }] });
    expect(store.length()).toBe(10);
    expect(await positionsOf(store)).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9]);
    expect(await store.append([blockAt(10)])).toBe(10);
    await store.heal(3, blockAt(3));
    expect(await store.read(0, 11)).toEqual(blocks(11));
  });

  it("reports the last blocks as damaged, since the mark says that they were durable, and goes on behind them", async () => {
    const disk = await killed(10);
    for (const i of [8, 9]) disk.flip(segmentOf(disk), 8 * (i * frameBytes + 4));
    const { store, recovery } = await openScene(disk);
    expect(recovery).toMatchObject({ cutBytes: 0, damaged: [{ from: 8, to: 10 }] });
    expect(await store.append([blockAt(10)])).toBe(10);
    await store.close();
    const { store: later } = await openScene(disk);
    expect(await positionsOf(later)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 10]);
    for (const i of [8, 9]) await later.heal(i, blockAt(i));
    expect(await later.read(0, 11)).toEqual(blocks(11));
  });

  it("reports blocks that a later one says were durable, without a mark", async () => {
    const disk = await killed(10);
    disk.lose("mark");
    for (const i of [3, 8]) disk.flip(segmentOf(disk), 8 * (i * frameBytes + 20));
    const { store, recovery } = await openScene(disk);
    expect(recovery.damaged).toEqual([
      { from: 3, to: 4 },
      { from: 8, to: 9 },
    ]);
    expect(store.length()).toBe(10);
  });

  it("cuts the last append off where it is not whole and nothing says that it was durable", async () => {
    const disk = await killed(10);
    disk.lose("mark");
    disk.flip(segmentOf(disk), 8 * (9 * frameBytes + 20));
    const { store, recovery } = await openScene(disk);
    expect(recovery).toMatchObject({ cutBytes: frameBytes, damaged: [] });
    expect(store.length()).toBe(9);
    expect(await store.append([blockAt(9)])).toBe(9);
    expect(await store.read(0, 20)).toEqual(blocks(10));
  });

  it("keeps whole blocks that nobody was told of, and makes them durable before anybody is", async () => {
    const disk = await killed(4);
    const { store } = await openScene(disk);
    // The append reaches the file, and the program is killed before `sync`.
    disk.crashAt(disk.calls + 2);
    await expect(store.append([blockAt(4)])).rejects.toMatchObject({ code: "oplog/simulated-crash" });
    disk.restart("kill");
    const again = await openScene(disk);
    expect(again.store.length()).toBe(5);
    disk.restart("power-cut");
    const later = await openScene(disk);
    expect(await later.store.read(0, 10)).toEqual(blocks(5));
  });

  it("forgets whole blocks behind a torn one of the same append, whatever is appended instead", async () => {
    const disk = await killed(4);
    const { store } = await openScene(disk);
    disk.crashAt(disk.calls + 2);
    await expect(store.append([4, 5, 6].map(blockAt))).rejects.toMatchObject({ code: "oplog/simulated-crash" });
    disk.restart("kill");
    disk.flip(segmentOf(disk), 8 * (4 * frameBytes + 30));
    const { store: again, recovery } = await openScene(disk);
    expect(recovery).toMatchObject({ cutBytes: 3 * frameBytes, damaged: [] });
    const others = [300, 20, 250].map(blockOf);
    expect(await again.append(others)).toBe(4);
    for (let from = 4; from < 7; from++) expect(await again.read(from, 9)).toEqual(others.slice(from - 4));
  });

  it("does not bring back what failed and was seen to be gone, whatever the disk had kept of it", async () => {
    for (let seed = 0; seed < 40; seed++) {
      const disk = new SimulatedDisk({ seed });
      const { store } = await openScene(disk);
      await store.append([blockAt(0)]);
      // The append reaches the disk in part and fails, and so does taking it back.
      for (const call of [2, 4]) disk.failAt(disk.calls + call, "failed");
      await expect(store.append([blockAt(1)])).rejects.toMatchObject({ code: "oplog/store-failed" });
      disk.restart("kill");
      const { store: next } = await openScene(disk);
      const seen = next.length();
      disk.restart("power-cut");
      const { store: later } = await openScene(disk);
      expect(later.length()).toBe(seen);
    }
  });

  it("is let in at once, as nobody is while the store is open", async () => {
    const disk = new SimulatedDisk({ seed: 1 });
    const { store } = await openScene(disk);
    await expect(openScene(disk)).rejects.toMatchObject({ code: "oplog/store-locked" });
    await store.append([blockAt(0)]);
    disk.restart("kill");
    const { store: next } = await openScene(disk);
    expect(next.length()).toBe(1);
    await expect(store.append([blockAt(1)])).rejects.toMatchObject({ code: "oplog/simulated-crash" });
  });
});

describe("closing", () => {
  it("tells damage of the last block from an append that was never finished, also after a power cut", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const disk = new SimulatedDisk({ seed });
      const { store } = await openScene(disk);
      await store.append(blocks(5));
      await store.append([blockAt(5)]);
      await store.close();
      disk.restart("power-cut");
      disk.flip(segmentOf(disk), 8 * (5 * frameBytes + 30));
      const { recovery } = await openScene(disk);
      expect(recovery).toMatchObject({ cutBytes: 0, damaged: [{ from: 5, to: 6 }] });
    }
  });

  it("waits for what was begun", async () => {
    const disk = new SimulatedDisk({ seed: 1 });
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { store } = await openScene(disk, (honest) => withSlowSync(honest, gate));
    const order: string[] = [];
    const appended = store.append(blocks(2)).then(() => order.push("appended"));
    const closed = store.close().then(() => order.push("closed"));
    // Long enough for everything that waits for nothing.
    for (let i = 0; i < 100; i++) await Promise.resolve();
    open();
    await Promise.all([appended, closed]);
    expect(order).toEqual(["appended", "closed"]);
    const { store: later } = await openScene(disk);
    expect(await later.read(0, 9)).toEqual(blocks(2));
  });
});

describe("a segment store", () => {
  it("shares one sync among calls made at once", async () => {
    const disk = new SimulatedDisk({ seed: 1 });
    const { store } = await openScene(disk);
    await store.append([blockAt(0)]);
    const before = disk.calls;
    await Promise.all(Array.from({ length: 30 }, async (_unused, i) => await store.append([blockAt(1 + i)])));
    // One write, one sync, and the mark.
    expect(disk.calls - before).toBeLessThanOrEqual(3);
    expect(await store.read(0, 40)).toEqual(blocks(31));
  });

  it("opens a long log as quickly as a short one: it reads the newest segment alone", async () => {
    const disk = new SimulatedDisk({ seed: 1 });
    const callsOf = async (): Promise<number> => {
      const before = disk.calls;
      await (await openScene(disk)).store.close();
      return disk.calls - before;
    };
    await fill(disk, 100);
    const short = await callsOf();
    await fill(disk, 2_000);
    expect([...disk.sizes.keys()].length).toBeGreaterThan(30);
    expect(await callsOf()).toBe(short);
  });

  it("keeps no more than 66 files open, and reads the others all the same", async () => {
    const disk = new SimulatedDisk({ seed: 1 });
    await fill(disk, 5_000);
    const { store } = await openScene(disk);
    for (const step of [59, 61]) {
      for (let i = 0; i < 5_000; i += step) expect(await store.read(i, 1)).toEqual([blockAt(i)]);
    }
    expect(disk.sizes.size).toBeGreaterThan(80);
    expect(disk.openFiles).toBeLessThanOrEqual(66);
  });

  it("reads around sectors that the disk does not give, and heals what was there", async () => {
    const disk = await killed(60);
    const isBad = (at: number, lengthBytes: number): boolean => at < 4_608 && at + lengthBytes > 4_096;
    const { store, recovery } = await openScene(disk, (honest) => withBadSectors(honest, isBad));
    // The second of two pages of 4 KiB is bad as a whole, as far as can be told: blocks 40 to 59, and the one across its border.
    expect(recovery.damaged).toEqual([{ from: 40, to: 60 }]);
    expect(await store.read(0, 60)).toEqual(blocks(40));
    for (let i = 40; i < 60; i++) await store.heal(i, blockAt(i));
    expect(await store.read(0, 60)).toEqual(blocks(60));
    expect(await store.append([blockAt(60)])).toBe(60);
  });

  it("says so where the disk gives nothing at all", async () => {
    const disk = await killed(10);
    const opened = openScene(disk, (honest) => withBadSectors(honest, () => true));
    await expect(opened).rejects.toMatchObject({ code: "oplog/store-failed" });
    const { store } = await openScene(disk);
    expect(await store.read(0, 10)).toEqual(blocks(10));
  });

  it("finds a block again whose checksum fitted once, as soon as it does not", async () => {
    const disk = new SimulatedDisk({ seed: 1 });
    const { store } = await openScene(disk);
    await store.append(blocks(5));
    disk.flip(segmentOf(disk), 8 * (2 * frameBytes + 30));
    expect(await store.read(0, 5)).toEqual(blocks(2));
    await expect(store.read(2, 1)).rejects.toMatchObject({ ranges: [{ from: 2, to: 3 }] });
    await store.heal(2, blockAt(2));
    expect(await store.read(0, 5)).toEqual(blocks(5));
  });

  it("is not taken in by a block that holds something like a frame of another position", async () => {
    const disk = new SimulatedDisk({ seed: 1 });
    const { store } = await openScene(disk);
    await store.append(blocks(3));
    await store.close();
    // A whole frame of this very file, inside of a block: with its right number it is taken for what it is, a copy.
    const bytes = (await (await disk.open().open(segmentOf(disk)))?.read(frameBytes, frameBytes)) ?? new Uint8Array();
    disk.restart("kill");
    const { store: again } = await openScene(disk);
    // brand: a store does not look inside
    await again.append([bytes as Ciphertext<"block">]);
    await again.close();
    disk.flip(segmentOf(disk), 8 * (3 * frameBytes + 4));
    const { recovery } = await openScene(disk);
    expect(recovery.damaged).toEqual([{ from: 3, to: 4 }]);
  });
});

/** A disk whose program was killed after it had appended so many blocks, one at a time. */
async function killed(count: number): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk({ seed: 1 });
  const { store } = await openScene(disk);
  for (const block of blocks(count)) await store.append([block]);
  // The last note of the mark has been written meanwhile.
  await store.load("nothing");
  await store.findDamage();
  disk.restart("kill");
  return disk;
}

/** A disk that fails where somebody reads certain bytes of a file of blocks. */
function withBadSectors(disk: Disk, isBad: (at: number, lengthBytes: number) => boolean): Disk {
  const open: Disk["open"] = async (name) => {
    const file = await disk.open(name);
    if (file === undefined || !name.endsWith(".blocks")) return file;
    const read: DiskFile["read"] = async (at, lengthBytes) => {
      if (isBad(at, lengthBytes)) throw new StoreFailedError("a bad sector");
      return await file.read(at, lengthBytes);
    };
    return { ...file, read };
  };
  return { ...disk, open };
}

/** A disk whose files of blocks are synchronised only once a gate is open. */
function withSlowSync(disk: Disk, gate: Promise<void>): Disk {
  const create: Disk["create"] = async (name) => {
    const file = await disk.create(name);
    const sync: DiskFile["sync"] = async () => {
      if (name.endsWith(".blocks")) await gate;
      await file.sync();
    };
    return { ...file, sync };
  };
  return { ...disk, create };
}

async function fill(disk: SimulatedDisk, to: number): Promise<void> {
  const { store } = await openScene(disk);
  const missing = blocks(to).slice(store.length());
  for (let i = 0; i < missing.length; i += 20) await store.append(missing.slice(i, i + 20));
  await store.close();
}

/** The positions whose blocks can be read. */
async function positionsOf(store: LogStore): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < store.length(); i++) {
    const isFound = await store.read(i, 1).then(
      ([block]) => block !== undefined && block[3] === i,
      () => false,
    );
    if (isFound) found.push(i);
  }
  return found;
}

function segmentOf(disk: SimulatedDisk): string {
  const [name] = [...disk.sizes.keys()].filter((each) => each.endsWith(".blocks"));
  return name ?? "";
}

function blocks(count: number): Ciphertext<"block">[] {
  return Array.from({ length: count }, (_unused, i) => blockAt(i));
}

function blockAt(position: number): Ciphertext<"block"> {
  const block = blockOf(blockBytes);
  new DataView(block.buffer).setUint32(0, position);
  return block;
}

function blockOf(lengthBytes: number): Ciphertext<"block"> {
  // brand: a store does not look inside
  return new Uint8Array(lengthBytes).fill(7) as Ciphertext<"block">;
}
