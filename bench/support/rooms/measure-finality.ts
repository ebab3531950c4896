/**
 * Finality: three indexers in one process, each with a store on the disk. Values are written one after the other; whoever gets blocks
 * acknowledges at once if it owes that. A hop is everything that is under way reaching everybody.
 */
import { join } from "node:path";
import type { Bytes } from "@coterie/bytes";
import type { Room } from "@coterie/room";
import { peakRssBytes, startClocks } from "./clocks.ts";
import { percentile } from "./median.ts";
import { openDevice, withFolder } from "./node-device.ts";
import type { Figures } from "./parts.ts";
import { foundTogether } from "./prepare.ts";
import { valueOf } from "./values.ts";

/** How many values; the authors take turns. */
export interface FinalityOptions {
  readonly dir?: string;
  readonly values: number;
}

/** How one value became final. */
interface Course {
  readonly ms: number;
  /** Until its author knew. */
  readonly hops: number;
  /** Until nobody sent anything any more. */
  readonly hopsToSilence: number;
  readonly ackBlocks: number;
}

/** See {@link FinalityOptions}. */
export async function measureFinality({ dir, values }: FinalityOptions): Promise<Figures> {
  return await withFolder(dir, async (folder) => {
    const devices = await Promise.all(["a", "b", "c"].map(async (name) => await openDevice(join(folder, name))));
    const rooms = await foundTogether(devices, { indexers: 3 });
    const courses: Course[] = [];
    const read = startClocks();
    for (let number = 0; number < values; number++) {
      const author = rooms[number % 3];
      if (author !== undefined) courses.push(await follow(rooms, { author, number }));
    }
    const clocks = read();
    for (const room of rooms) await room.close();
    return {
      values,
      p50Ms: percentile(
        courses.map(({ ms }) => ms),
        0.5,
      ),
      p95Ms: percentile(
        courses.map(({ ms }) => ms),
        0.95,
      ),
      hops: percentile(
        courses.map(({ hops }) => hops),
        0.5,
      ),
      mostHops: Math.max(...courses.map(({ hops }) => hops)),
      mostHopsToSilence: Math.max(...courses.map(({ hopsToSilence }) => hopsToSilence)),
      ackBlocksEach: courses.reduce((sum, { ackBlocks }) => sum + ackBlocks, 0) / values,
      ackBlocks: percentile(
        courses.map(({ ackBlocks }) => ackBlocks),
        0.5,
      ),
      mostAckBlocks: Math.max(...courses.map(({ ackBlocks }) => ackBlocks)),
      ...clocks,
      cpuUsEach: (clocks.cpuMs * 1000) / values,
      peakRssBytes: peakRssBytes(),
    };
  });
}

async function follow(
  rooms: readonly Room[],
  { author, number }: { readonly author: Room; readonly number: number },
): Promise<Course> {
  const starts = await Promise.all(rooms.map(storedLength));
  const from = performance.now();
  const { hash } = await author.write(valueOf(number));
  const block = author.log.dag.find(hash) ?? -1;
  let final: { readonly ms: number; readonly hops: number } | undefined;
  let ackBlocks = 0;
  for (let hops = 1; ; hops++) {
    const sent = await Promise.all(rooms.map(async (room, i) => await room.readStored(starts[i] ?? 0, 1_000)));
    for (const [i, room] of rooms.entries()) starts[i] = await storedLength(room);
    const owed = await Promise.all(rooms.map(async (room) => await take(room, sent.flat())));
    if (final === undefined && author.log.order.isFinal(block)) final = { ms: performance.now() - from, hops };
    const acks = owed.filter((isOwed) => isOwed).length;
    ackBlocks += acks;
    if (acks > 0) continue;
    if (final === undefined) throw new Error("a value stalled");
    return { ...final, hopsToSilence: hops, ackBlocks };
  }
}

async function take(room: Room, blocks: readonly Bytes[]): Promise<boolean> {
  await room.receive(blocks);
  return (await room.acknowledge()) !== undefined;
}

async function storedLength(room: Room): Promise<number> {
  return room.log.dag.size;
}
