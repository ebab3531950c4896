// Merging: three writers have each written offline; one of them gets the blocks of the other two.
import { applyValues, closePeers, connectAll, openPeer, withFolder } from "../autobase-peers.mjs";
import { until } from "../waiting.mjs";
import { bytesOnDisk, eachUs, peakRssBytes, round, startClocks } from "./figures.mjs";
import { connectToPorts, withSupplier } from "./supplier.mjs";

/**
 * 3 x `each` values, written in batches of `batch`. `a` is the only indexer, or one of three; where it is the only one, its own values are final before it merges, and
 * those of another merger are not. One merger: the figures are of its process alone. "all": the three meet in one process, and the
 * processor time is divided by three.
 */
export async function measureMerge({ dir, each, batch, indexers, merger, bigBatches }) {
  const mergers = merger === "all" ? ["a", "b", "c"] : [merger];
  return await withFolder(dir, async (folder) =>
    withSupplier("merge", { folder, each, batch, indexers, mergers }, async ({ key, writers, ports }) => {
      let applied = 0;
      const apply = async (nodes, view, host) => {
        applied += nodes.length;
        await applyValues(nodes, view, host);
      };
      const peers = [];
      for (const name of mergers) {
        peers.push(await openPeer(`${folder}/${name}`, { key: Buffer.from(key, "hex"), bigBatches, apply }));
      }
      for (const peer of peers) await peer.update();
      applied = 0;

      const read = startClocks();
      const cuts = [connectAll(peers), ...peers.map((peer) => connectToPorts(peer, ports))];
      const hints = writers.map((writer) => ({ key: Buffer.from(writer, "hex"), length: -1 }));
      for (const peer of peers) peer.hintWakeup(hints);
      await until("the merge", () => peers.every(({ view }) => view.length === 3 * each), {
        timeoutMs: 3_600_000,
        everyMs: 20,
      });
      const { wallMs, cpuMs } = read();
      let finalMs = null;
      if (indexers === 1 && mergers[0] === "a") {
        await peers[0].ack();
        await until("the merge to be signed", () => peers[0].view.signedLength === 3 * each);
        finalMs = read().wallMs;
      }

      for (const cut of cuts) await cut();
      await closePeers(peers);
      const clocks = { wallMs, cpuMs: round(cpuMs / peers.length) };
      return {
        each,
        batch,
        indexers,
        merger,
        bigBatches,
        ...clocks,
        cpuUsEach: eachUs(clocks, 2 * each),
        finalMs,
        redoFactor: round(applied / peers.length / (2 * each)),
        bytesOnDisk: await bytesOnDisk(`${folder}/${mergers[0]}`),
        peakRssBytes: peakRssBytes(),
      };
    }),
  );
}
