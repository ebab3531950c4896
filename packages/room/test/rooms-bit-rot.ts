/** A room whose device has a changed bit in its files: it is noticed, nothing false is read, and what others have mends it. */
import { type Bytes, encodeHex } from "@coterie/bytes";
import {
  decodeEnvelope,
  type LogStore,
  type OpenedLogStore,
  openSegmentLogStore,
  StateDamagedError,
  StoreDamagedError,
} from "@coterie/oplog";
import { SimulatedDisk } from "@coterie/oplog/testing";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { storedBlocks } from "./rooms-verdict.ts";
import { type Person, seeded, World } from "./world.ts";

/** What is kept of a room; the list of it stands twice in its file, long values once. */
const stateNames = ["genesis", "writer", "own", "keyring", "checkpoint", "view/lines", "sync"];

interface RoomOnDisk {
  readonly disk: SimulatedDisk;
  readonly logId: Bytes;
  /** Somebody with the keys of the device; its storage is put in. */
  readonly device: Person;
  readonly lines: readonly string[];
  readonly size: number;
  /** What another member has. */
  readonly blocks: ReadonlyMap<string, Uint8Array>;
}

/** How changed bits were found. */
export interface RotTally {
  /** By opening the room: it said that it cannot. */
  refused: number;
  /** By the store alone: the room did not need what is damaged. */
  found: number;
  /** Damaged blocks that were put back. */
  healed: number;
  /** Values of the state that were made again from the blocks. */
  remade: number;
}

/** Changes a bit in `count` copies of rooms, one in each. Throws where one is read that is not as it was, or not noticed. */
export async function rotRooms({ from, count }: { readonly from: number; readonly count: number }): Promise<RotTally> {
  const tally: RotTally = { refused: 0, found: 0, healed: 0, remade: 0 };
  let room = await makeRoom(from);
  for (let seed = from; seed < from + count; seed++) {
    if (seed % 50 === 49) room = await makeRoom(seed);
    await rot(room, { seed, tally }).catch((cause: unknown) => {
      throw new Error(`seed ${seed}: ${String(cause)}`, { cause });
    });
  }
  return tally;
}

async function makeRoom(seed: number): Promise<RoomOnDisk> {
  const world = new World(seed);
  const disk = new SimulatedDisk({ seed });
  const alice = world.person("alice");
  const bob = world.person("bob");
  alice.store = (await openOn(disk)).store;
  await world.foundBy(alice, { checkpointInterval: 6 });
  await alice.add(bob, { role: "admin" });
  await world.join(alice, bob);
  for (let round = 0; round < 4; round++) {
    await alice.say(`alice ${round} ${"x".repeat(world.random.below(3_000))}`);
    await bob.say(`bob ${round}`);
    await world.settle(alice, bob);
    if (round % 2 === 0) await bob.in.rotateNow();
  }
  await world.settle(alice, bob);
  const lines = await bob.lines();
  const blocks = new Map<string, Uint8Array>();
  for (const block of await storedBlocks(bob)) blocks.set(hashOf(block), block.slice());
  const device = await alice.clone();
  const { logId, dag } = alice.in.log;
  const { size } = dag;
  await alice.in.close();
  return { disk, logId, device, lines, size, blocks };
}

async function rot(
  room: RoomOnDisk,
  { seed, tally }: { readonly seed: number; readonly tally: RotTally },
): Promise<void> {
  const disk = room.disk.copy({ seed });
  flipAnyBit(disk, seed);
  const opened = await openOn(disk);
  const isRefused = !(await opensAsBefore(room, {
    store: opened.store,
    from: seed % 2 === 0 ? "checkpoint" : "genesis",
  }));
  const { store, recovery } = await openOn(disk);
  const healed = await heal(room, store);
  const remade = await forgetDamaged(store);
  if (!isRefused && healed + remade + recovery.repaired + opened.recovery.repaired === 0)
    throw new Error("not noticed");
  if (!(await opensAsBefore(room, { store, from: "genesis" }))) throw new Error("not mended");
  if (isRefused) tally.refused++;
  else tally.found++;
  tally.healed += healed;
  tally.remade += remade;
}

/** Opens the room and closes it. False where it says that something is damaged. */
async function opensAsBefore(
  { device, logId, lines, size }: RoomOnDisk,
  { store, from }: { readonly store: LogStore; readonly from: "checkpoint" | "genesis" },
): Promise<boolean> {
  device.store = store;
  try {
    await device.open(logId, from);
    const now = await device.lines();
    if (now.join("\n") !== lines.join("\n")) throw new Error("another view");
    if (from === "genesis" && device.in.log.dag.size !== size) throw new Error("other blocks");
    await device.in.close();
    return true;
  } catch (error) {
    await store.close();
    if (error instanceof StoreDamagedError || error instanceof StateDamagedError) return false;
    throw error;
  }
}

/** Puts back what another member has and this device cannot read: one bit damages one block. */
async function heal({ blocks }: RoomOnDisk, store: LogStore): Promise<number> {
  const damaged = (await store.findDamage()).flatMap(({ from, to }) =>
    Array.from({ length: to - from }, (_, i) => from + i),
  );
  const missing = new Map(blocks);
  for (let at = store.first(); at < store.length(); at++)
    if (!damaged.includes(at)) for (const block of await store.read(at, 1)) missing.delete(hashOf(block));
  const [position] = damaged;
  const [block] = missing.values();
  if (damaged.length !== missing.size || damaged.length > 1) throw new Error("more is damaged than one block");
  // brand: it is one of the room's, as another device has it
  if (position !== undefined && block !== undefined)
    await store.heal(position, block as Parameters<LogStore["heal"]>[1]);
  return damaged.length;
}

/** Everything but blocks, writer and genesis is made again from the blocks. */
async function forgetDamaged(store: LogStore): Promise<number> {
  let forgotten = 0;
  for (const name of stateNames) {
    const isDamaged = await store.load(name).then(
      () => false,
      (error: unknown) => error instanceof StateDamagedError,
    );
    if (!isDamaged) continue;
    if (name === "genesis" || name === "writer") throw new Error(`${name} is lost by one bit`);
    await store.save(new Map([[name, undefined]]));
    forgotten++;
  }
  return forgotten;
}

async function openOn(disk: SimulatedDisk): Promise<OpenedLogStore> {
  return await openSegmentLogStore({ disk: disk.open(), random: seeded(disk.calls) }, { segmentBytes: 6_000 });
}

function flipAnyBit(disk: SimulatedDisk, seed: number): void {
  const { below } = seeded(seed);
  const files = [...disk.sizes];
  let at = below(files.reduce((sum, [, size]) => sum + size, 0));
  for (const [name, size] of files) {
    if (at < size) {
      disk.flip(name, 8 * at + below(8));
      return;
    }
    at -= size;
  }
}

function hashOf(block: Uint8Array): string {
  return encodeHex(decodeEnvelope(primitives, block).hash);
}
