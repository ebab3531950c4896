/*
 * The removal race on cojson (Jazz). A relay carries what members write; in the partition each side has a relay of its own. Messages
 * are the entries of a map that the group owns.
 *
 *   a1-b1-c1 --+-- {a, c, d}: a removes e --+-- later messages of a, b and c
 *              +-- {b, e}:    b removes d --+
 *
 * The removed d and e stay cut off after the partition: they hold what they held, and are handed the later content of the map alone.
 */
import { becomesTrue, until } from "../waiting.mjs";

/** Runs the race once; `isLater` says whose removal is the later one, the other's clock being equal. */
export async function raceCojson({ isLater = "b" } = {}) {
  const library = await import("cojson");
  const { WasmCrypto } = await import("cojson/crypto/WasmCrypto");
  const crypto = await WasmCrypto.create();
  const parts = { library, crypto };

  const [first, second] = [makeRelay(parts), makeRelay(parts)];
  const nodes = {};
  for (const name of ["a", "b", "c", "d", "e"]) {
    nodes[name] = (
      await library.LocalNode.withNewlyCreatedAccount({ peers: [], crypto, creationProps: { name } })
    ).node;
    connect(parts, { node: nodes[name], relay: first });
  }
  const group = await makeGroup(nodes);
  const map = group.createMap();
  const maps = Object.fromEntries(
    await Promise.all(Object.entries(nodes).map(async ([name, node]) => [name, await load(node, map.id)])),
  );
  for (const name of ["a", "b", "c"]) maps[name].set(`${name}1`, "before");
  await everyoneSees(Object.values(maps), ["a1", "b1", "c1"]);

  for (const node of Object.values(nodes)) disconnect(node);
  for (const name of ["a", "c", "d"]) connect(parts, { node: nodes[name], relay: first });
  for (const name of ["b", "e"]) connect(parts, { node: nodes[name], relay: second });
  const removals = [
    () => removeMember(nodes.a, { group: group.id, member: nodes.e }),
    () => removeMember(nodes.b, { group: group.id, member: nodes.d }),
  ];
  for (const remove of isLater === "b" ? removals : removals.toReversed()) {
    await remove();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  for (const name of ["a", "b", "c"]) {
    if (name === "c")
      await until("c to know of the removal", () => isRevoked(nodes.c, { group: group.id, member: nodes.e }));
    maps[name].set(`${name}2`, "in the partition");
  }
  await everyoneSees([maps.a, maps.c, maps.d], ["a2", "c2"]);
  await everyoneSees([maps.b, maps.e], ["b2"]);

  for (const node of Object.values(nodes)) disconnect(node);
  for (const name of ["a", "b", "c"]) connect(parts, { node: nodes[name], relay: first });
  for (const name of ["a", "b", "c"]) {
    const knows = (member) => isRevoked(nodes[name], { group: group.id, member: nodes[member] });
    await until("both removals to arrive", () => knows("d") && knows("e"));
  }
  for (const name of ["a", "b", "c"]) maps[name].set(`${name}3`, "later");

  const members = [maps.a, maps.b, maps.c];
  const seesAll = (keys) => becomesTrue(() => members.every((one) => keys.every((key) => one.get(key) !== undefined)));
  const membersReadAll = await seesAll(["a1", "b1", "c1", "a3", "b3", "c3"]);
  const partitionMessagesReadable = await seesAll(["a2", "b2", "c2"]);
  for (const name of ["d", "e"]) handOver(maps.a, nodes[name]);
  const reads = (name) => becomesTrue(() => ["a3", "b3", "c3"].some((key) => maps[name].get(key) !== undefined), short);
  const removed = { d: await reads("d"), e: await reads("e") };
  const readers = Object.keys(removed).filter((name) => removed[name]);
  const result = {
    removed,
    membersReadAll,
    partitionMessagesReadable,
    facts: [`where ${isLater} removed later: ${readers.join(" and ") || "nobody"}`],
  };
  for (const node of [...Object.values(nodes), first, second]) node.gracefulShutdown();
  return result;
}

const short = { timeoutMs: 1000 };

function makeRelay({ library, crypto }) {
  const secret = crypto.newRandomAgentSecret();
  return new library.LocalNode(secret, crypto.newRandomSessionID(crypto.getAgentID(secret)), crypto);
}

function connect({ library }, { node, relay }) {
  const [asNode, asRelay] = library.cojsonInternals.connectedPeers(
    `node-${node.currentSessionID}-${Math.random()}`,
    `relay-${relay.currentSessionID}-${Math.random()}`,
    { peer1role: "client", peer2role: "server" },
  );
  node.syncManager.addPeer(asRelay);
  relay.syncManager.addPeer(asNode);
}

function disconnect(node) {
  for (const peer of Object.values(node.syncManager.peers)) peer.gracefulShutdown();
  node.syncManager.peers = {};
}

async function makeGroup(nodes) {
  const group = nodes.a.createGroup();
  for (const [name, role] of [
    ["b", "admin"],
    ["c", "writer"],
    ["d", "writer"],
    ["e", "writer"],
  ]) {
    group.addMember(await load(nodes.a, nodes[name].getCurrentAccountOrAgentID()), role);
  }
  return group;
}

async function load(node, id) {
  let value = "unavailable";
  await until(`${id} to load`, async () => (value = await node.load(id)) !== "unavailable");
  return value;
}

async function removeMember(node, { group, member }) {
  const loaded = await load(node, group);
  loaded.removeMember(await load(node, member.getCurrentAccountOrAgentID()));
}

function isRevoked(node, { group, member }) {
  const content = node.getCoValue(group).getCurrentContent();
  return content.get(member.getCurrentAccountOrAgentID()) === "revoked";
}

async function everyoneSees(maps, keys) {
  await until(`everyone to see ${keys.join(", ")}`, () =>
    maps.every((map) => keys.every((key) => map.get(key) !== undefined)),
  );
}

/** Gives a node that is cut off the content of one value, as any relay could. */
function handOver(map, node) {
  for (const content of map.core.newContentSince(undefined) ?? []) {
    node.syncManager.handleNewContent(content, "import");
  }
}
