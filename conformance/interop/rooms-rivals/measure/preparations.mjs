// What is written before a measurement begins. It runs in the supplier's process, so that its time and memory are not in the figures.
import { addWriters, closePeers, openPeer } from "../autobase-peers.mjs";
import { until } from "../waiting.mjs";
import { valuesOf } from "./figures.mjs";

/** Three writers who know of one another and have each written `each` values offline. `a` began the base; the merger is not supplied. */
async function prepareMerge({ folder, each, indexers, merger }) {
  const a = await openPeer(`${folder}/a`, { ackInterval: 50 });
  const others = [];
  for (const name of ["b", "c"]) others.push(await openPeer(`${folder}/${name}`, { key: a.key, ackInterval: 50 }));
  await addWriters(a, { writers: others, indexers: indexers === 3 });
  const peers = [a, ...others];
  await Promise.all(peers.map((peer) => writeOffline(peer, each)));
  const writers = peers.map(({ local }) => local.key.toString("hex"));
  await closePeers(peers);
  const supplied = ["a", "b", "c"].filter((name) => name !== merger).map((name) => `${folder}/${name}`);
  return { key: a.key.toString("hex"), writers, supplied };
}

/** Each value is a block of its own that links to the one before, as with a writer who wrote them one by one. */
async function writeOffline(peer, count) {
  const values = valuesOf(count);
  for (let from = 0; from < count; from += 100) {
    await Promise.all(values.slice(from, from + 100).map((value) => peer.append(value)));
  }
}

/** One writer, who has written and signed `values` values. */
async function prepareCatchUp({ folder, values }) {
  const a = await openPeer(`${folder}/a`);
  await writeOffline(a, values);
  await until("everything to be signed", () => a.view.signedLength === values);
  const key = a.key.toString("hex");
  await closePeers([a]);
  return { key, supplied: [`${folder}/a`] };
}

/** By name. */
export const preparations = { merge: prepareMerge, catchUp: prepareCatchUp };
