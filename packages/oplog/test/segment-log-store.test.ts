import { describe, it } from "vitest";
import type { RandomSource } from "@coterie/primitives";
import { describeLogStore, type MadeLogStore } from "../src/contract.ts";
import { type OpenedLogStore, openSegmentLogStore } from "../src/index.ts";
import { createChance, SimulatedDisk } from "../src/testing.ts";

describe.each([8 * 1024 * 1024, 2_000, 1])("with segments of %i bytes", (segmentBytes) => {
  describeLogStore({ describe, it }, { name: "simulated disk", make: async () => await makeStore(segmentBytes) });
});

async function makeStore(segmentBytes: number): Promise<MadeLogStore> {
  const disk = new SimulatedDisk({ seed: 1 });
  const chance = createChance(2);
  const random: RandomSource = { fill: (target) => target.forEach((_byte, i) => (target[i] = chance(256))) };
  const open = async (): Promise<OpenedLogStore> =>
    await openSegmentLogStore({ disk: disk.open(), random }, { segmentBytes });
  let { store } = await open();
  const reopen = async (): Promise<OpenedLogStore> => {
    await store.close();
    const opened = await open();
    ({ store } = opened);
    return opened;
  };
  return { store, reopen };
}
