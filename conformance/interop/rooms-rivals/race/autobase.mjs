/*
 * The removal race on autobase: five writers, `a` the indexer. Who is a member is decided in the host's `apply`; a removed writer's
 * blocks are no longer applied. There is one key, given to everyone when they join, so "rotate" has nothing to call: looked for at run
 * time.
 *
 *   a1-b1-c1 --+-- {a, c, d}: a removes e --+-- later messages of a, b and c
 *              +-- {b, e}:    b removes d --+
 *
 * The removed d and e go on replicating, as with any peer or relay that holds the blocks.
 */
import { applyValues, closePeers, connectAll, openPeer, addWriters, withFolder } from "../autobase-peers.mjs";
import { becomesTrue, until } from "../waiting.mjs";

/** Runs the race once. */
export async function raceAutobase({ dir }) {
  return await withFolder(dir, async (folder) => {
    const rotations = new Set();
    const apply = async (nodes, view, host) => {
      rotations.add(["updateEncryption", "rotateKey", "setEncryptionKey"].some((name) => name in host));
      await applyValues(nodes, view, host);
    };
    const peers = [await openPeer(`${folder}/a`, { apply })];
    for (const name of ["b", "c", "d", "e"]) {
      peers.push(await openPeer(`${folder}/${name}`, { key: peers[0].key, apply }));
    }
    const result = await race(peers);
    await closePeers(peers);
    const isRotationOffered = rotations.has(true);
    const rotation = isRotationOffered
      ? "the host can rotate, this race does not"
      : "the host has no call that changes the key";
    return { ...result, facts: [...result.facts, rotation] };
  });
}

async function race(peers) {
  const [a, b, c, d, e] = peers;
  await addWriters(a, { writers: [b, c, d, e] });
  let cut = connectAll(peers);
  for (const [peer, text] of [
    [a, "a1"],
    [b, "b1"],
    [c, "c1"],
  ])
    await peer.append({ text });
  for (const peer of peers) await untilItReads(peer, ["a1", "b1", "c1"]);
  await cut();

  const cuts = [connectAll([a, c, d]), connectAll([b, e])];
  await a.append({ remove: e.local.key.toString("hex") });
  await b.append({ remove: d.local.key.toString("hex") });
  for (const [peer, text] of [
    [a, "a2"],
    [c, "c2"],
    [b, "b2"],
  ])
    await peer.append({ text });
  for (const peer of [a, c, d]) await untilItReads(peer, ["a2", "c2"]);
  for (const peer of [b, e]) await untilItReads(peer, ["b2"]);
  for (const end of cuts) await end();

  cut = connectAll([a, b, c]);
  const inPartition = ["a2", "b2", "c2"];
  const arrived = await Promise.all([a, b, c].map((peer) => becomesTrue(() => reads(peer, inPartition))));
  const writable = () => [d, e].map(({ local }) => a.system.get(local.key).then((info) => info?.isRemoved === false));
  const stillWrite = await Promise.all(writable());
  const laterMessages = ["a3", "b3", "c3"];
  for (const [index, peer] of [a, b, c].entries()) await peer.append({ text: laterMessages[index] });
  const all = ["a1", "b1", "c1", ...laterMessages];
  const members = await Promise.all([a, b, c].map((peer) => becomesTrue(() => reads(peer, all))));
  await cut();

  cut = connectAll([c, d, e]);
  const removed = {};
  for (const [name, peer] of [
    ["d", d],
    ["e", e],
  ])
    removed[name] = await becomesTrue(() => readsAny(peer, laterMessages));
  await cut();
  return {
    removed,
    membersReadAll: members.every(Boolean),
    partitionMessagesReadable: arrived.every(Boolean),
    facts: [`removed from the writers after the merge: ${stillWrite.filter((one) => !one).length} of 2`],
  };
}

async function textsOf(peer) {
  await peer.update();
  const texts = [];
  for (let at = 0; at < peer.view.length; at++) texts.push((await peer.view.get(at)).text);
  return texts;
}

async function reads(peer, texts) {
  const all = await textsOf(peer);
  return texts.every((text) => all.includes(text));
}

async function readsAny(peer, texts) {
  const all = await textsOf(peer);
  return texts.some((text) => all.includes(text));
}

async function untilItReads(peer, texts) {
  await until(`a peer to read ${texts.join(", ")}`, () => reads(peer, texts));
}
