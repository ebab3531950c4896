/** What is written before a measurement begins, in the process of the supplier: its time and memory are not in the figures. */
import { join } from "node:path";
import { type Bytes, encodeHex } from "@coterie/bytes";
import { createRoom, encodeGenesis, joinRoom, proposeIndexers, type Room } from "@coterie/room";
import { addMembers, checkpointInterval, give } from "./device.ts";
import { type NodeDevice, nodePlatform, openDevice, prepareDevice } from "./node-device.ts";
import { blocksOf, inGroups } from "./values.ts";

/** What the measured process is told; the ports come on top. */
export interface Prepared {
  readonly logId: string;
  readonly genesis: string;
  /** Folders of devices whose stores are served. */
  readonly supplied: readonly string[];
  /** Where a snapshot was made for the newcomer: the hashes of its manifest and of the block that let the newcomer in. */
  readonly snapshot?: { readonly manifest: string; readonly entry: string };
}

/** Pieces of a snapshot by their SHA-256 in hex. */
export type Chunks = Map<string, Bytes>;

/** One writer with `values` values, `batch` in each block, and a newcomer who has nothing yet. */
export interface CatchUpPreparation {
  readonly folder: string;
  readonly values: number;
  readonly batch: number;
  /** `all`: blocks alone. `snapshot`: also a snapshot at the newest checkpoint. `nothing`: the writer's device is opened again instead. */
  readonly supplies: "all" | "snapshot" | "nothing";
}

/** Three who know of one another, and have each written `each` values without hearing of the others. */
export interface MergePreparation {
  readonly folder: string;
  readonly each: number;
  readonly batch: number;
  readonly indexers: number;
  /** Who merges: of `a` (who founded the room), `b` and `c`. */
  readonly merger: string;
}

/** See {@link CatchUpPreparation}. */
export async function prepareCatchUp(
  { folder, values, batch, supplies }: CatchUpPreparation,
  chunks: Chunks,
): Promise<Prepared> {
  const newcomer = await prepareDevice(join(folder, "newcomer"));
  const device = await openDevice(join(folder, "a"));
  const room = await createRoom(device.deps, { mode: "majority", checkpointInterval });
  const { hash: entry } = await addMembers(room, { ...nodePlatform, members: [newcomer] });
  await writeValues(room, { count: values, batch });
  while ((await room.acknowledge()) !== undefined);
  const manifest = supplies === "snapshot" ? await makeSnapshot(room, chunks) : undefined;
  const facts = factsOf(room);
  await room.close();
  const supplied = supplies === "nothing" ? [] : [join(folder, "a")];
  return { ...facts, supplied, ...(manifest && { snapshot: { manifest, entry: encodeHex(entry) } }) };
}

async function makeSnapshot(room: Room, chunks: Chunks): Promise<string> {
  const manifest = await room.makeSnapshot(async (chunk) => {
    chunks.set(encodeHex(nodePlatform.primitives.sha256(chunk)), chunk);
  });
  if (manifest === undefined) throw new Error("no checkpoint is certified");
  return encodeHex(manifest);
}

/** See {@link MergePreparation}. */
export async function prepareMerge({ folder, each, batch, indexers, merger }: MergePreparation): Promise<Prepared> {
  const names = ["a", "b", "c"];
  const devices = await Promise.all(names.map(async (name) => await openDevice(join(folder, name))));
  const rooms = await foundTogether(devices, { indexers });
  for (const room of rooms) await writeValues(room, { count: each, batch });
  const [first] = rooms;
  const facts = factsOf(first);
  for (const room of rooms) await room.close();
  return { ...facts, supplied: names.filter((name) => name !== merger).map((name) => join(folder, name)) };
}

/** Three rooms of one log, each with a writer that the others know; as many of them are indexers. */
export async function foundTogether(
  devices: readonly NodeDevice[],
  { indexers }: { readonly indexers: number },
): Promise<readonly [Room, ...Room[]]> {
  const [founder, ...others] = devices;
  if (founder === undefined) throw new Error("nobody founds a room");
  const room = await createRoom(founder.deps, { mode: "majority", checkpointInterval });
  await addMembers(room, { ...nodePlatform, members: others.map(({ seeds }) => seeds) });
  const genesis = encodeGenesis(room.log.genesis);
  const rooms: [Room, ...Room[]] = [room];
  for (const { deps } of others) {
    const joined = await joinRoom(deps, { genesis });
    await give(room, { to: joined });
    await joined.change(() => []);
    rooms.push(joined);
  }
  await meet(rooms);
  const writers = rooms.flatMap(({ writer }) => writer ?? []).slice(0, indexers);
  if (indexers > 1) await room.change((proposer) => [proposeIndexers({ ...proposer, writers })]);
  await meet(rooms);
  for (const each of rooms) if (each.log.order.indexers.length !== indexers) throw new Error("not all are indexers");
  return rooms;
}

/** Everybody gets what everybody has, and acknowledges it, until nobody has anything to add. */
async function meet(rooms: readonly Room[]): Promise<void> {
  for (let isOwed = true; isOwed; ) {
    for (const to of rooms) for (const from of rooms) if (from !== to) await give(from, { to });
    isOwed = false;
    for (const room of rooms) isOwed = (await room.acknowledge()) !== undefined || isOwed;
  }
}

async function writeValues(
  room: Room,
  { count, batch }: { readonly count: number; readonly batch: number },
): Promise<void> {
  for (const blocks of inGroups(blocksOf(count, { perBlock: batch }), 1_000)) await room.writeAll(blocks);
}

function factsOf({ log }: Room): Omit<Prepared, "supplied"> {
  return { logId: encodeHex(log.logId), genesis: encodeHex(encodeGenesis(log.genesis)) };
}
