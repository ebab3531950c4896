// Merging: three writers have each written offline; one of them gets the blocks of the other two.
import { applyValues, closePeers, openPeer, withFolder } from "../autobase-peers.mjs";
import { until } from "../waiting.mjs";
import { bytesOnDisk, eachUs, peakRssBytes, round, startClocks } from "./figures.mjs";
import { connectToPorts, withSupplier } from "./supplier.mjs";

/**
 * 3 x `each` values. `a` is the only indexer, or one of three; where it is the only one, its own values are final before it merges, and
 * those of another merger are not. The figures are of the merger's process alone.
 */
export async function measureMerge({ dir, each, indexers, merger, bigBatches }) {
  return await withFolder(dir, async (folder) =>
    withSupplier("merge", { folder, each, indexers, merger }, async ({ key, writers, ports }) => {
      let applied = 0;
      const apply = async (nodes, view, host) => {
        applied += nodes.length;
        await applyValues(nodes, view, host);
      };
      const peer = await openPeer(`${folder}/${merger}`, { key: Buffer.from(key, "hex"), bigBatches, apply });
      await peer.update();
      applied = 0;

      const read = startClocks();
      const cut = connectToPorts(peer, ports);
      peer.hintWakeup(writers.map((writer) => ({ key: Buffer.from(writer, "hex"), length: -1 })));
      await until("the merge", () => peer.view.length === 3 * each, { timeoutMs: 3_600_000, everyMs: 20 });
      const clocks = read();
      let finalMs = null;
      if (indexers === 1 && merger === "a") {
        await peer.ack();
        await until("the merge to be signed", () => peer.view.signedLength === 3 * each);
        finalMs = read().wallMs;
      }

      cut();
      await closePeers([peer]);
      return {
        each,
        indexers,
        merger,
        bigBatches,
        ...clocks,
        cpuUsEach: eachUs(clocks, 2 * each),
        finalMs,
        redoFactor: round(applied / (2 * each)),
        bytesOnDisk: await bytesOnDisk(`${folder}/${merger}`),
        peakRssBytes: peakRssBytes(),
      };
    }),
  );
}
