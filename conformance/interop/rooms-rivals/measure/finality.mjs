// Finality: three indexers, connected in one process; how long an author waits until its value is signed by a majority.
import { addWriters, closePeers, connectAll, openPeer, withFolder } from "../autobase-peers.mjs";
import { becomesTrue } from "../waiting.mjs";
import { eachUs, peakRssBytes, percentile, round, startClocks, valueOf } from "./figures.mjs";

/** The authors take turns; each value is written when the one before is final, or has stalled for `stallMs`. */
export async function measureFinality({ dir, ackInterval, values, stallMs = 15_000 }) {
  return await withFolder(dir, async (folder) => {
    const peers = [await openPeer(`${folder}/0`, { ackInterval })];
    for (const name of ["1", "2"]) peers.push(await openPeer(`${folder}/${name}`, { key: peers[0].key, ackInterval }));
    await addWriters(peers[0], { writers: peers.slice(1), indexers: true });
    const cut = connectAll(peers);
    const blocks = () => peers.reduce((sum, { local }) => sum + local.length, 0);

    const before = blocks();
    const latencies = [];
    let stalled = 0;
    const read = startClocks();
    for (let number = 0; number < values; number++) {
      const author = peers[number % 3];
      const written = performance.now();
      await author.append(valueOf(number));
      const isFinal = () => author.view.signedLength > number;
      if (await becomesTrue(isFinal, { timeoutMs: stallMs, everyMs: 2 })) latencies.push(performance.now() - written);
      else stalled += 1;
    }
    const clocks = read();
    const ackBlocksEach = round((blocks() - before - values) / values);

    await cut();
    await closePeers(peers);
    return {
      ackInterval,
      values,
      stalled,
      p50Ms: round(percentile(latencies, 0.5)),
      p95Ms: round(percentile(latencies, 0.95)),
      ackBlocksEach,
      ...clocks,
      cpuUsEach: eachUs(clocks, values),
      peakRssBytes: peakRssBytes(),
    };
  });
}
