/** Beginning at a checkpoint: a newcomer by a snapshot, and a device that opens its own room again. */
import { join } from "node:path";
import { decodeHex, decodeUtf8 } from "@coterie/bytes";
import { joinFromSnapshot, openRoom, type Room } from "@coterie/room";
import { peakRssBytes, startClocks } from "./clocks.ts";
import { connectPort, syncWith } from "./loopback.ts";
import { bytesOnDisk, openDevice, withFolder } from "./node-device.ts";
import type { Figures } from "./parts.ts";
import { withSupplier } from "./supplier.ts";
import { valueOf } from "./values.ts";

/** A room of `values` values, one in each block. */
export interface CheckpointOptions {
  readonly dir?: string;
  readonly values: number;
}

/** Where a device begins that has a room already. */
export interface ReopenOptions extends CheckpointOptions {
  readonly from: "checkpoint" | "genesis";
}

/** A newcomer without any blocks, until the last value can be read and everything since the checkpoint is there. */
export async function measureSnapshot({ dir, values }: CheckpointOptions): Promise<Figures> {
  return await withFolder(dir, async (folder) => {
    const options = { folder, values, batch: 1, supplies: "snapshot" } as const;
    return await withSupplier({ name: "catchUp", options }, async ({ genesis, logId, ports, snapshot }) => {
      if (snapshot === undefined) throw new Error("no snapshot");
      const { deps } = await openDevice(join(folder, "newcomer"));

      const read = startClocks();
      const { relay, close } = await connectPort(ports[0] ?? 0, { logId });
      const room = await joinFromSnapshot(deps, {
        genesis: decodeHex(genesis),
        manifest: decodeHex(snapshot.manifest),
        entry: decodeHex(snapshot.entry),
        getChunk: async (hash) => await relay.getChunk({ hash }),
        findBlock: async (hash) => (await relay.find({ hashes: [hash] }))[0],
      });
      const joined = read();
      await syncWith(room, relay);
      await checkView(room, values);
      const clocks = read();

      close();
      await room.close();
      return {
        values,
        ...clocks,
        joinedMs: joined.wallMs,
        bytesOnDisk: await bytesOnDisk(join(folder, "newcomer")),
        peakRssBytes: peakRssBytes(),
      };
    });
  });
}

/** The writer of all of it, after a restart: until the last value can be read. */
export async function measureReopen({ dir, values, from }: ReopenOptions): Promise<Figures> {
  return await withFolder(dir, async (folder) => {
    const options = { folder, values, batch: 1, supplies: "nothing" } as const;
    const { logId } = await withSupplier({ name: "catchUp", options }, async (supply) => supply);
    const read = startClocks();
    const { deps } = await openDevice(join(folder, "a"));
    const room = await openRoom(deps, { logId: decodeHex(logId), from });
    await checkView(room, values);
    const clocks = read();
    await room.close();
    return { values, from, ...clocks, peakRssBytes: peakRssBytes() };
  });
}

async function checkView(room: Room, values: number): Promise<void> {
  const view = await room.view("lines");
  if (view.length !== values || decodeUtf8(view.at(values - 1)) !== decodeUtf8(valueOf(values - 1)))
    throw new Error("the view is another one");
}
