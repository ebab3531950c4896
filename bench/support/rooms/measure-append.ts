/** Appending: one writer, who is the indexer too, so that what it writes is final at once. Each call is durable when it resolves. */
import { join } from "node:path";
import { createRoom } from "@coterie/room";
import { peakRssBytes, startClocks } from "./clocks.ts";
import { checkpointInterval } from "./device.ts";
import { percentile } from "./median.ts";
import { bytesOnDisk, openDevice, withFolder } from "./node-device.ts";
import type { Figures } from "./parts.ts";
import { blocksOf, inGroups, valueOf } from "./values.ts";

/** `values` values, `perBlock` in each block; `batch` values are written with each call. */
export interface AppendOptions {
  readonly dir?: string;
  readonly values: number;
  readonly batch: number;
  readonly perBlock?: number;
}

/** See {@link AppendOptions}. */
export async function measureAppend({ dir, values, batch, perBlock = 1 }: AppendOptions): Promise<Figures> {
  return await withFolder(dir, async (folder) => {
    const { deps } = await openDevice(join(folder, "a"));
    const room = await createRoom(deps, { mode: "majority", checkpointInterval });
    await room.write(valueOf(0));
    const calls = [...inGroups(blocksOf(values, { perBlock, from: 1 }), batch / perBlock)];

    const latencies: number[] = [];
    const read = startClocks();
    for (const blocks of calls) {
      const from = performance.now();
      await room.writeAll(blocks);
      latencies.push(performance.now() - from);
    }
    const view = await room.view("lines");
    const clocks = read();
    if (view.length !== values + 1 || room.log.order.tail().length > 0) throw new Error("not everything is final");

    await room.close();
    return {
      values,
      batch,
      perBlock,
      ...clocks,
      cpuUsEach: (clocks.cpuMs * 1000) / values,
      eachSecond: (values * 1000) / clocks.wallMs,
      p50Ms: percentile(latencies, 0.5),
      p99Ms: percentile(latencies, 0.99),
      bytesOnDisk: await bytesOnDisk(join(folder, "a")),
      peakRssBytes: peakRssBytes(),
    };
  });
}
