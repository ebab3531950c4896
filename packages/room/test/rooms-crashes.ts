/**
 * A room whose machine stops in the middle of any call of its disk, and a model of what it owes then: what was told to be durable is there, what is
 * there is the beginning of what was in memory, and nothing is signed twice.
 */
import { encodeHex } from "@coterie/bytes";
import { type LogStore, openSegmentLogStore } from "@coterie/oplog";
import { SimulatedDisk } from "@coterie/oplog/testing";
import { createRoom, NoRoomError, type Room } from "../src/index.ts";
import { type Person, seeded, World } from "./world.ts";

/** What the room does not promise, found out. */
class BrokenPromiseError extends Error {}

/** What a life met. */
export interface CrashOutcome {
  /** False where the work was done before the call came. */
  readonly isCrashed: boolean;
  /** Calls of the disk in all. */
  readonly calls: number;
  /** Blocks that a crash took: nobody was told of them. */
  readonly lostBlocks: number;
}

/** How the call goes wrong: the machine stops in it, or the disk says no. */
export type Mishap = "power-cut" | "kill" | "full" | "failed";

/** One life of alice's room, which ends at a call of the disk, and what comes after it. */
export async function dieAt(
  seed: number,
  { call, mishap }: { readonly call: number; readonly mishap: Mishap },
): Promise<CrashOutcome> {
  const life = new RoomLife(seed);
  const { disk } = life;
  if (mishap === "power-cut" || mishap === "kill") disk.crashAt(call);
  else disk.failAt(call, mishap);
  const isCrashed = await life.liveUntil(call);
  const { calls } = disk;
  if (calls < call) return { isCrashed, calls, lostBlocks: 0 };
  if (mishap === "power-cut" || mishap === "kill") disk.restart(mishap);
  else await life.giveUp();
  const lostBlocks = await life.checkAndGoOn();
  return { isCrashed, calls, lostBlocks };
}

class RoomLife {
  readonly disk: SimulatedDisk;
  readonly #seed: number;
  readonly #world: World;
  readonly #alice: Person;
  readonly #bob: Person;
  /** Hashes of blocks that alice was told are durable. */
  readonly #acknowledged = new Set<string>();
  readonly #texts: string[] = [];
  #isCreated = false;

  constructor(seed: number) {
    this.#seed = seed;
    this.disk = new SimulatedDisk({ seed });
    this.#world = new World(seed);
    this.#alice = this.#world.person("alice");
    this.#bob = this.#world.person("bob");
  }

  /** Works until a call of the disk goes wrong; false where all of the work was done, in spite of that. */
  async liveUntil(call: number): Promise<boolean> {
    try {
      this.#alice.store = await this.#openStore();
      await this.#found();
      for (let round = 0; round < 4; round++) await this.#workAndTalk(round);
      await this.#alice.in.close();
      return false;
    } catch (error) {
      if (this.disk.calls < call) throw error;
      return true;
    }
  }

  /** The program ends, and lets go of the storage. */
  async giveUp(): Promise<void> {
    const { room, store } = this.#alice;
    try {
      await room?.close();
    } finally {
      await store.close();
    }
  }

  /** Gives how many blocks were lost that nobody was told of. */
  async checkAndGoOn(): Promise<number> {
    const alice = this.#alice;
    const before = alice.room;
    alice.store = await this.#openStore();
    if (!(await this.#reopen(before))) return 0;
    const lost = this.#checkPrefix(before);
    const fromGenesis = await alice.lines();
    await alice.reopen("checkpoint");
    this.#require(same(await alice.lines(), fromGenesis), "a checkpoint opens to another view");
    alice.given.clear();
    if (this.#bob.room === undefined) return lost;
    await this.#say("after the crash");
    await this.#world.settle(alice, this.#bob);
    await this.#say("and later");
    await this.#world.settle(alice, this.#bob);
    const lines = await alice.lines();
    this.#require(same(lines, await this.#bob.lines()), "views differ");
    for (const text of this.#texts) this.#require(lines.includes(text), `${text} is lost`);
    for (const { alarms } of [alice, this.#bob]) this.#require(alarms.length === 0, "somebody is alarmed");
    return lost;
  }

  async #found(): Promise<void> {
    const [alice, bob] = [this.#alice, this.#bob];
    alice.room = await createRoom(alice.deps, { mode: "majority", checkpointInterval: 6 });
    this.#isCreated = true;
    await this.#noted(alice.add(bob, { role: "admin" }));
    await this.#world.join(alice, bob);
  }

  async #workAndTalk(round: number): Promise<void> {
    const [alice, bob] = [this.#alice, this.#bob];
    await this.#say(`alice ${round}`);
    await bob.say(`bob ${round}`);
    if (round === 1) await bob.in.rotateNow();
    if (round === 2) await this.#noted(alice.updateKey());
    const admitted = bob.in.log.dag.size;
    await this.#world.give(bob, alice);
    for (let block = 0; block < admitted; block++) this.#note(bob.in.log.dag.hash(block));
    this.#texts.push(`bob ${round}`);
    await this.#noted(alice.in.acknowledge());
    await this.#noted(alice.in.rotateNow());
    await this.#world.give(alice, bob);
    if (round === 2) {
      await alice.in.close();
      alice.store = await this.#openStore();
      await alice.reopen();
    }
  }

  async #say(text: string): Promise<void> {
    await this.#noted(this.#alice.say(text));
    this.#texts.push(text);
  }

  async #noted(writing: Promise<{ readonly hash: Uint8Array } | undefined>): Promise<void> {
    const written = await writing;
    if (written !== undefined) this.#note(written.hash);
  }

  #note(hash: Uint8Array): void {
    this.#acknowledged.add(encodeHex(hash));
  }

  async #openStore(): Promise<LogStore> {
    const opened = await openSegmentLogStore(
      { disk: this.disk.open(), random: seeded(this.#seed + this.disk.calls) },
      { segmentBytes: 4_000 },
    );
    return opened.store;
  }

  async #reopen(before: Room | undefined): Promise<boolean> {
    const logId = before?.log.logId;
    try {
      // Where creating the room did not end, nobody knows its id.
      if (logId === undefined) return false;
      await this.#alice.open(logId, "genesis");
      return true;
    } catch (error) {
      if (error instanceof NoRoomError && !this.#isCreated) return false;
      throw error;
    }
  }

  #checkPrefix(before: Room | undefined): number {
    const { dag } = this.#alice.in.log;
    const hashes = Array.from({ length: dag.size }, (_, block) => encodeHex(dag.hash(block)));
    const old = before?.log.dag;
    // What was restored from a checkpoint does not lie in the graph in the order of admission.
    if (old !== undefined && !before?.log.beganWithCheckpoint)
      for (const [block, hash] of hashes.entries())
        this.#require(block < old.size && encodeHex(old.hash(block)) === hash, "what is stored is no prefix");
    const found = new Set(hashes);
    for (const hash of this.#acknowledged) this.#require(found.has(hash), "an acknowledged block is lost");
    return (old?.size ?? 0) - dag.size;
  }

  #require(isTrue: boolean, what: string): void {
    if (!isTrue) throw new BrokenPromiseError(`seed ${this.#seed}: ${what}`);
  }
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}
