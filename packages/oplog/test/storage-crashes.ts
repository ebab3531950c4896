/**
 * A store on a simulated disk under random work, and a model of what it owes: every block that was acknowledged or seen stays at its position,
 * what follows is the beginning of what was being appended, and the state is the last one acknowledged, or all of the one being saved.
 */
import { Buffer } from "node:buffer";
import { type Ciphertext, CoterieError } from "@coterie/bytes";
import type { RandomSource } from "@coterie/primitives";
import { type Disk, type LogStore, type OpenedLogStore, openSegmentLogStore } from "../src/index.ts";
import { type Chance, createChance, type SimulatedDisk } from "../src/testing.ts";

/** What the world does not promise, found out. */
class BrokenPromiseError extends Error {}

const keys = ["a", "b", "c"];

/** What makes a scene. */
export interface CrashSceneInput {
  readonly seed: number;
  readonly spoil?: (disk: Disk) => Disk;
}

/** The work of one seed, across crashes. */
export class CrashScene {
  readonly disk: SimulatedDisk;
  readonly chance: Chance;
  readonly #segmentBytes: number;
  readonly #spoil: (disk: Disk) => Disk;
  readonly #random: RandomSource;
  #store: LogStore | undefined;
  /** By position, from 0: what every later reader must find. */
  readonly #owed: string[] = [];
  /** Calls of `append` since the last acknowledged one, in their order: whether and which of them are there, nobody knows. */
  #doubtful: string[][] = [];
  #state = new Map<string, string>();
  /** States that a crash may leave instead. */
  #doubtfulStates: Map<string, string>[] = [];
  #first = 0;
  #droppedBefore = 0;
  #made = 0;
  #isFaulty = false;

  /** `spoil`: what a faulty store would do with its disk, to see that this scene finds it out. */
  constructor(disk: SimulatedDisk, { seed, spoil = (honest) => honest }: CrashSceneInput) {
    this.disk = disk;
    this.#spoil = spoil;
    this.chance = createChance(seed);
    this.#segmentBytes = [1, 300, 2_500, 8 * 1024 * 1024][this.chance(4)] ?? 1;
    const names = createChance(seed + 1);
    this.#random = { fill: (target) => target.forEach((_byte, i) => (target[i] = names(256))) };
  }

  get blocks(): number {
    return this.#owed.length;
  }

  /** Opens the store and compares it with the model. */
  async open(): Promise<OpenedLogStore["recovery"]> {
    const deps = { disk: this.#spoil(this.disk.open()), random: this.#random };
    const opened = await openSegmentLogStore(deps, { segmentBytes: this.#segmentBytes });
    const { store } = opened;
    // Whoever reads may act upon it: what was seen once is owed from now on, unless the machine stops meanwhile.
    try {
      await this.#compareBlocks(store);
      await this.#compareState(store);
    } catch (error) {
      await store.close();
      throw error;
    }
    this.#store = store;
    return opened.recovery;
  }

  /** Random work; throws where the disk does, and everything that was under way has failed then. */
  async work(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      // Closed, and not opened again for a failure of the disk.
      if (this.#store === undefined) await this.open();
      const dice = this.chance(20);
      if (dice < 9) await this.#append(1 + this.chance(4));
      else if (dice < 12) await this.#save();
      else if (dice < 14) await allSettledOrThrow([this.#append(1), this.#save()]);
      else if (dice < 16) await this.#drop();
      else if (dice < 19) await this.#readSome();
      else await this.#reopen();
    }
  }

  async close(): Promise<void> {
    const store = this.#store;
    this.#store = undefined;
    await store?.close();
  }

  /** From now on the disk fails now and then. */
  expectFailures(): void {
    this.#isFaulty = true;
  }

  async #append(calls: number): Promise<void> {
    const store = this.#required();
    const begun = Array.from({ length: calls }, async () => {
      const blocks = Array.from({ length: 1 + this.chance(4) }, () => this.#block());
      const call = blocks.map((block) => textOf(block));
      this.#doubtful.push(call);
      const position = await store.append(blocks);
      if (position !== this.#owed.length) throw new BrokenPromiseError("a position was skipped or used again");
      this.#owed.push(...call);
      this.#doubtful = this.#doubtful.slice(this.#doubtful.indexOf(call) + 1);
    });
    await allSettledOrThrow(begun);
  }

  async #save(): Promise<void> {
    const changes = new Map<string, Ciphertext<"state"> | undefined>();
    const next = new Map(this.#state);
    for (const key of keys) {
      if (this.chance(2) === 0) continue;
      // brand: a store does not look inside
      const value = this.#bytes(
        this.chance(3) === 0 ? 4_000 + this.chance(3_000) : this.chance(200),
      ) as Ciphertext<"state">;
      const isRemoved = this.chance(4) === 0;
      changes.set(key, isRemoved ? undefined : value);
      if (isRemoved) next.delete(key);
      else next.set(key, textOf(value));
    }
    this.#doubtfulStates.push(next);
    await this.#required().save(changes);
    this.#state = next;
    this.#doubtfulStates = [];
  }

  async #drop(): Promise<void> {
    const before = this.chance(this.#owed.length + 1);
    this.#droppedBefore = Math.max(this.#droppedBefore, before);
    await this.#required().drop(before);
    this.#first = this.#required().first();
  }

  async #readSome(): Promise<void> {
    const store = this.#required();
    const from = store.first() + this.chance(store.length() - store.first() + 1);
    for (const [i, block] of (await store.read(from, 1 + this.chance(9))).entries()) {
      if (textOf(block) !== this.#owed[from + i])
        throw new BrokenPromiseError("a block is not the one of its position");
    }
    const key = keys[this.chance(keys.length)] ?? "a";
    const value = await store.load(key);
    if ((value && textOf(value)) !== this.#state.get(key)) throw new BrokenPromiseError("state is not what was saved");
  }

  async #reopen(): Promise<void> {
    await this.close();
    const { cutBytes, damaged, repaired } = await this.open();
    const isSpotless = cutBytes === 0 && repaired === 0;
    if (damaged.length > 0 || (!isSpotless && !this.#isFaulty))
      throw new BrokenPromiseError("an ordinary close left damage");
  }

  async #compareBlocks(store: LogStore): Promise<void> {
    const found = await readAll(store);
    const [first, length] = [store.first(), store.length()];
    if (first < this.#first || first > this.#droppedBefore) throw new BrokenPromiseError("another beginning");
    if (length < this.#owed.length) throw new BrokenPromiseError("an acknowledged block is lost");
    const expected = this.#owed.slice(first);
    const more = found.slice(expected.length);
    if (expected.some((block, i) => found[i] !== block)) throw new BrokenPromiseError("a position has another block");
    if (!this.#doubtful.some((_call, i) => isBeginning(more, this.#doubtful.slice(i).flat())) && more.length > 0)
      throw new BrokenPromiseError("blocks that nobody appended there");
    this.#owed.push(...more);
    this.#doubtful = [];
    this.#first = first;
  }

  async #compareState(store: LogStore): Promise<void> {
    const found = new Map<string, string>();
    for (const key of keys) {
      const value = await store.load(key);
      if (value !== undefined) found.set(key, textOf(value));
    }
    if (![this.#state, ...this.#doubtfulStates].some((state) => isSame(state, found)))
      throw new BrokenPromiseError("a state that nobody saved");
    this.#state = found;
    this.#doubtfulStates = [];
  }

  #required(): LogStore {
    if (this.#store === undefined) throw new BrokenPromiseError("the store is not open");
    return this.#store;
  }

  #block(): Ciphertext<"block"> {
    const lengthBytes = [5 + this.chance(60), 5 + this.chance(600), 400 + this.chance(1_500)][this.chance(3)] ?? 5;
    // brand: a store does not look inside
    return this.#bytes(lengthBytes) as Ciphertext<"block">;
  }

  /** Bytes that differ from all others made before. */
  #bytes(lengthBytes: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(lengthBytes).fill(this.chance(256));
    if (lengthBytes >= 4) new DataView(bytes.buffer).setUint32(0, ++this.#made);
    return bytes;
  }
}

/** Every block as text; damage is a broken promise, since nobody flipped anything. */
async function readAll(store: LogStore): Promise<string[]> {
  const found: string[] = [];
  for (let next = store.first(); next < store.length(); ) {
    const page = await store.read(next, 7);
    for (const block of page) found.push(textOf(block));
    next += page.length;
  }
  return found;
}

function isBeginning(part: readonly string[], whole: readonly string[]): boolean {
  return part.length <= whole.length && part.every((block, i) => block === whole[i]);
}

function isSame(left: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>): boolean {
  return left.size === right.size && [...left].every(([key, value]) => right.get(key) === value);
}

/** Bytes as text that compares quickly. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** Waits for all, then throws the first failure, a broken promise before anything that the disk did. */
async function allSettledOrThrow(calls: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(calls);
  const reasons = results.filter((result) => result.status === "rejected").map(({ reason }) => reason as unknown);
  const broken = reasons.find((reason) => !(reason instanceof CoterieError));
  if (reasons.length > 0) throw broken ?? reasons[0];
}
