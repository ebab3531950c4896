// Peers of one encrypted autobase in temporary folders: what the race and the measurements are made of.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./waiting.mjs";

/** The key that every peer of a base is given. Autobase 7 has this one alone, for as long as the base lives. */
export const encryptionKey = Buffer.alloc(32, 7);

const { default: Autobase } = await import("autobase");
const { default: Corestore } = await import("corestore");

/** A folder below `dir` that is gone when `use` ends. */
export async function withFolder(dir, use) {
  const folder = await mkdtemp(join(dir ?? tmpdir(), "rooms-rivals-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One peer. Without `key` it begins a base; its view is a list of the values. Acks are made by hand unless `ackInterval` says otherwise. */
export async function openPeer(folder, { key = null, ...options } = {}) {
  const store = new Corestore(folder);
  const base = new Autobase(store, key, {
    open: (views) => views.get("view", { valueEncoding: "json" }),
    apply: applyValues,
    valueEncoding: "json",
    encryptionKey,
    encrypted: true,
    ackInterval: 0,
    ackThreshold: 0,
    fastForward: false,
    ...options,
  });
  await base.ready();
  return base;
}

/** Closes peers with their stores. */
export async function closePeers(peers) {
  for (const peer of peers) await peer.close();
  for (const peer of peers) await peer.store.close();
}

/** The host's rules: `{ add, indexer }` and `{ remove }` change who writes, everything else is a value of the list. */
export async function applyValues(nodes, view, host) {
  const values = [];
  for (const { value } of nodes) {
    if (value.add !== undefined) await host.addWriter(Buffer.from(value.add, "hex"), { indexer: value.indexer });
    else if (value.remove !== undefined) await host.removeWriter(Buffer.from(value.remove, "hex"));
    else values.push(value);
  }
  if (values.length > 0) await view.append(values);
}

/** Connects two peers; the function that it returns cuts the connection. */
export function connect(left, right) {
  const [toRight, toLeft] = [left.replicate(true), right.replicate(false)];
  for (const stream of [toRight, toLeft]) stream.on("error", () => {});
  toRight.pipe(toLeft).pipe(toRight);
  return async () => {
    const closed = [toRight, toLeft].map((stream) => new Promise((resolve) => stream.once("close", resolve)));
    toRight.destroy();
    toLeft.destroy();
    await Promise.all(closed);
  };
}

/** Connects each with each. */
export function connectAll(peers) {
  const cuts = peers.flatMap((left, at) => peers.slice(at + 1).map((right) => connect(left, right)));
  return async () => void (await Promise.all(cuts.map((cut) => cut())));
}

/** Lets `founder` add writers; returns when they can write. New indexers count when the ones before them have acked: give an `ackInterval`. */
export async function addWriters(founder, { writers, indexers = false }) {
  const peers = [founder, ...writers];
  const cut = connectAll(peers);
  for (const writer of writers) {
    await founder.append({ add: writer.local.key.toString("hex"), indexer: indexers });
    await until("a writer to be added", async () => {
      await writer.update();
      return writer.writable;
    });
  }
  const expected = indexers ? peers.length : 1;
  await until("the indexers to be known", () =>
    peers.every(({ linearizer }) => linearizer.indexers.length === expected),
  );
  await cut();
}
