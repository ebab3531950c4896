// Catching up: a newcomer without any blocks reaches the state of a writer who has written and signed them.
import { closePeers, openPeer, withFolder } from "../autobase-peers.mjs";
import { until } from "../waiting.mjs";
import { bytesOnDisk, eachUs, peakRssBytes, startClocks, valueOf } from "./figures.mjs";
import { connectToPorts, withSupplier } from "./supplier.mjs";

/** `values` values, written in batches of `batch`; by applying every block or, with `fastForward`, from the signed state. The figures are of the newcomer's process alone. */
export async function measureCatchUp({ dir, values, batch, fastForward }) {
  return await withFolder(dir, async (folder) =>
    withSupplier("catchUp", { folder, values, batch }, async ({ key, ports }) => {
      const peer = await openPeer(`${folder}/newcomer`, { key: Buffer.from(key, "hex"), fastForward });
      let fastForwards = 0;
      peer.on("fast-forward", () => fastForwards++);

      const read = startClocks();
      const cut = connectToPorts(peer, ports);
      await until("the newcomer", () => peer.view.length === values, { timeoutMs: 3_600_000, everyMs: 10 });
      const last = await peer.view.get(values - 1);
      const clocks = read();
      if (last.number !== valueOf(values - 1).number) throw new Error("the newcomer read another last value");
      if (fastForward !== fastForwards > 0) throw new Error(`${fastForwards} fast forwards`);

      cut();
      await closePeers([peer]);
      return {
        values,
        batch,
        fastForward,
        ...clocks,
        cpuUsEach: eachUs(clocks, values),
        bytesOnDisk: await bytesOnDisk(`${folder}/newcomer`),
        peakRssBytes: peakRssBytes(),
      };
    }),
  );
}
