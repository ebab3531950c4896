// Appending: one writer, which is the indexer too, so that each value is ordered, applied and signed.
import { closePeers, openPeer, withFolder } from "../autobase-peers.mjs";
import { until } from "../waiting.mjs";
import { bytesOnDisk, eachUs, peakRssBytes, startClocks, valuesOf } from "./figures.mjs";

/** Appends `values` values in batches of `batch`, each batch awaited. */
export async function measureAppend({ dir, values, batch }) {
  return await withFolder(dir, async (folder) => {
    const peer = await openPeer(folder);
    await peer.append(valuesOf(1)[0]);
    const batches = [];
    for (let from = 1; from <= values; from += batch)
      batches.push(valuesOf(Math.min(batch, values + 1 - from), { from }));

    const read = startClocks();
    for (const values of batches) await peer.append(batch === 1 ? values[0] : values);
    await until("every value to be signed", () => peer.view.signedLength === values + 1);
    const clocks = read();

    await closePeers([peer]);
    return {
      values,
      batch,
      ...clocks,
      cpuUsEach: eachUs(clocks, values),
      eachSecond: Math.round((values * 1000) / clocks.wallMs),
      bytesOnDisk: await bytesOnDisk(folder),
      peakRssBytes: peakRssBytes(),
    };
  });
}
