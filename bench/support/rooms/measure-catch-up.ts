/** Catching up: a newcomer without any blocks reaches the state of a writer, view included. */
import { join } from "node:path";
import { decodeHex, decodeUtf8 } from "@coterie/bytes";
import { joinRoom } from "@coterie/room";
import { peakRssBytes, startClocks } from "./clocks.ts";
import { connectPort, syncWith } from "./loopback.ts";
import { bytesOnDisk, openDevice, withFolder } from "./node-device.ts";
import type { Figures } from "./parts.ts";
import { pagesOf } from "./relay-pages.ts";
import { withSupplier } from "./supplier.ts";
import { valueOf } from "./values.ts";

/** `values` values, `batch` in each block. */
export interface CatchUpOptions {
  readonly dir?: string;
  readonly values: number;
  readonly batch?: number;
  /** `pages`: in the order of arrival, page by page. `syncer`: by the sync of @coterie/oplog, until it has nothing left to do. */
  readonly via?: "pages" | "syncer";
}

/** See {@link CatchUpOptions}. */
export async function measureCatchUp({ dir, values, batch = 1, via = "pages" }: CatchUpOptions): Promise<Figures> {
  return await withFolder(dir, async (folder) =>
    withSupplier({ name: "catchUp", options: { folder, values, batch, supplies: "all" } }, async (supply) => {
      const { genesis, logId, ports } = supply;
      const { deps } = await openDevice(join(folder, "newcomer"));
      const room = await joinRoom(deps, { genesis: decodeHex(genesis) });

      const read = startClocks();
      const { relay, close } = await connectPort(ports[0] ?? 0, { logId });
      if (via === "syncer") await syncWith(room, relay);
      else for await (const page of pagesOf(relay)) await room.receive(page);
      const blocks = room.log.dag.size;
      const ingested = read();
      const view = await room.view("lines");
      const clocks = read();
      if (view.length !== values || decodeUtf8(view.at(values - 1)) !== decodeUtf8(valueOf(values - 1)))
        throw new Error("the newcomer read something else");

      close();
      await room.close();
      return {
        values,
        batch,
        via,
        blocks,
        ...clocks,
        cpuUsEach: (clocks.cpuMs * 1000) / values,
        ingestEachSecondOfCpu: (blocks * 1000) / ingested.cpuMs,
        bytesOnDisk: await bytesOnDisk(join(folder, "newcomer")),
        peakRssBytes: peakRssBytes(),
      };
    }),
  );
}
