// What is written before a measurement begins. It runs in the supplier's process, so that its time and memory are not in the figures.
import { addWriters, closePeers, openPeer } from "../autobase-peers.mjs";
import { until } from "../waiting.mjs";
import { valuesOf } from "./figures.mjs";

/** Three writers who know of one another and have each written `each` values offline. `a` began the base; the mergers are not supplied. */
async function prepareMerge({ folder, each, batch, indexers, mergers }) {
  const a = await openPeer(`${folder}/a`, { ackInterval: 50 });
  const others = [];
  for (const name of ["b", "c"]) others.push(await openPeer(`${folder}/${name}`, { key: a.key, ackInterval: 50 }));
  await addWriters(a, { writers: others, indexers: indexers === 3 });
  const peers = [a, ...others];
  await Promise.all(peers.map((peer) => writeOffline(peer, { count: each, batch })));
  const writers = peers.map(({ local }) => local.key.toString("hex"));
  await closePeers(peers);
  const supplied = ["a", "b", "c"].filter((name) => !mergers.includes(name)).map((name) => `${folder}/${name}`);
  return { key: a.key.toString("hex"), writers, supplied };
}

/** Values that are appended together are one batch for ever: they are ordered and applied together. */
async function writeOffline(peer, { count, batch }) {
  for (let from = 0; from < count; from += batch) {
    const values = valuesOf(Math.min(batch, count - from), { from });
    await peer.append(batch === 1 ? values[0] : values);
  }
}

/** One writer, who has written and signed `values` values. */
async function prepareCatchUp({ folder, values, batch }) {
  const a = await openPeer(`${folder}/a`);
  await writeOffline(a, { count: values, batch });
  await until("everything to be signed", () => a.view.signedLength === values);
  const key = a.key.toString("hex");
  await closePeers([a]);
  return { key, supplied: [`${folder}/a`] };
}

/** By name. */
export const preparations = { merge: prepareMerge, catchUp: prepareCatchUp };
