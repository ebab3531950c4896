/** Merging: three have each written offline; one of them gets the blocks of the other two, and looks at its view. */
import { join } from "node:path";
import { decodeHex } from "@coterie/bytes";
import { openRoom, type Room } from "@coterie/room";
import { type Clocks, peakRssBytes, startClocks } from "./clocks.ts";
import { connectPort } from "./loopback.ts";
import { bytesOnDisk, openDevice, withFolder } from "./node-device.ts";
import type { Figures } from "./parts.ts";
import { pagesOf } from "./relay-pages.ts";
import { withSupplier } from "./supplier.ts";

/** 3 × `each` values, `batch` in each block. `a` is the only indexer, or one of three. */
export interface MergeOptions {
  readonly dir?: string;
  readonly each: number;
  readonly batch?: number;
  readonly indexers?: number;
  readonly merger?: string;
  /** When the view is asked for: after every page that came, or at the end. */
  readonly look?: "page" | "end";
}

/** See {@link MergeOptions}. */
export async function measureMerge({
  dir,
  each,
  batch = 1,
  indexers = 1,
  merger = "a",
  look = "page",
}: MergeOptions): Promise<Figures> {
  return await withFolder(dir, async (folder) => {
    const options = { folder, each, batch, indexers, merger };
    return await withSupplier({ name: "merge", options }, async ({ logId, ports }) => {
      const counter = { applied: 0 };
      const { deps } = await openDevice(join(folder, merger), counter);
      // As a device is that has been running since: branches that begin far below a checkpoint link to blocks that opening there leaves out.
      const room = await openRoom(deps, { logId: decodeHex(logId), from: "genesis" });
      await room.view("lines");
      counter.applied = 0;

      const read = startClocks();
      await takeInTurns(room, { logId, ports, look });
      const view = await room.view("lines");
      const clocks = read();
      if (view.length !== 3 * each) throw new Error("not everything was merged");
      const finalMs = await finish(room, read);

      await room.close();
      return {
        each,
        batch,
        indexers,
        merger,
        ...clocks,
        cpuUsEach: (clocks.cpuMs * 1000) / (2 * each),
        eachSecond: (2 * each * 1000) / clocks.wallMs,
        finalMs,
        redoFactor: counter.applied / (2 * each),
        bytesOnDisk: await bytesOnDisk(join(folder, merger)),
        peakRssBytes: peakRssBytes(),
      };
    });
  });
}

/** A page of one, a page of the other, as from two peers at once. */
async function takeInTurns(
  room: Room,
  { logId, ports, look }: { readonly logId: string; readonly ports: readonly number[]; readonly look: "page" | "end" },
): Promise<void> {
  const peers = await Promise.all(ports.map(async (port) => await connectPort(port, { logId })));
  const sources = new Set(peers.map(({ relay }) => pagesOf(relay)));
  while (sources.size > 0) {
    for (const source of sources) {
      const page = await source.next();
      if (page.done === true) sources.delete(source);
      else {
        await room.receive(page.value);
        if (look === "page") await room.view("lines");
      }
    }
  }
  for (const { close } of peers) close();
}

/** The only indexer ends it with one block; null where others have to acknowledge as well. */
async function finish(room: Room, read: () => Clocks): Promise<number | null> {
  if (room.log.order.indexers.length > 1) return null;
  await room.acknowledge();
  return room.log.order.tail().length === 0 ? read().wallMs : null;
}
