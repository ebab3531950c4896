/** The store under crashes, failures and a full disk, from seeds; the same for longer in storage-crashes.property.full.test.ts. */
import { describe, expect, it } from "vitest";
import type { Disk, DiskFile } from "../src/index.ts";
import { dieAt, emptyTally, liveAndDie, liveWithFailures, liveWithoutRoom } from "./storage-crash-runs.ts";

describe("a store whose machine stops at any call of the disk", () => {
  it("opens with everything acknowledged and nothing else, in 200 times five lives", async () => {
    const tally = emptyTally();
    for (let seed = 0; seed < 200; seed++) await named(seed, liveAndDie({ seed }, tally));
    expect(tally.crashes).toBeGreaterThan(900);
    expect(tally.crashesInRecovery).toBeGreaterThan(20);
    expect(tally.blocks).toBeGreaterThan(5_000);
  });

  it("does so for every single call of 20 lives", async () => {
    const tally = emptyTally();
    for (let seed = 0; seed < 20; seed++) {
      for (let call = 1; await named(seed, dieAt(seed, { call, tally })); call++);
    }
    expect(tally.crashes).toBeGreaterThan(800);
    expect(tally.cuts).toBeGreaterThan(50);
  });
});

describe("a store whose disk fails", () => {
  it("goes on after calls that fail, and keeps what it acknowledged", async () => {
    const tally = emptyTally();
    for (let seed = 0; seed < 150; seed++) await named(seed, liveWithFailures(seed, tally));
    expect(tally.failures).toBeGreaterThan(1_000);
  });

  it("goes on when there is room again", async () => {
    const tally = emptyTally();
    for (let seed = 0; seed < 100; seed++) await named(seed, liveWithoutRoom(seed, tally));
    expect(tally.failures).toBeGreaterThan(500);
  });
});

describe("the scene of crashes", () => {
  it.each<[string, (disk: Disk) => Disk]>([
    ["does not wait for the disk", (disk) => ({ ...disk, ...filesOf(disk, { sync: async () => undefined }) })],
    ["does not make names durable", (disk) => ({ ...disk, syncFolder: async () => undefined })],
    ["does not cut off what is torn", (disk) => ({ ...disk, ...filesOf(disk, { truncate: async () => undefined }) })],
    ["removes what it has to keep", (disk) => ({ ...disk, rename: async (from) => await disk.remove(from) })],
  ])("finds out a store that %s", async (_name, spoil) => {
    const isFound = async (seed: number): Promise<boolean> =>
      await liveAndDie({ seed, spoil }, emptyTally()).then(
        () => false,
        () => true,
      );
    let seed = 0;
    while (seed < 1_000 && !(await isFound(seed))) seed++;
    expect(seed).toBeLessThan(1_000);
  });
});

/** Files that do something else. */
function filesOf(disk: Disk, otherwise: Partial<DiskFile>): Pick<Disk, "open" | "create"> {
  return {
    open: async (name) => {
      const file = await disk.open(name);
      return file && { ...file, ...otherwise };
    },
    create: async (name) => ({ ...(await disk.create(name)), ...otherwise }),
  };
}

/** Says which seed it was. */
async function named<Result>(seed: number, run: Promise<Result>): Promise<Result> {
  return await run.catch((error: unknown) => {
    throw new Error(`seed ${seed}`, { cause: error });
  });
}
