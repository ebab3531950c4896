/** A room's storage on one device: blocks in the order of admission, and a few pieces of state under the device's key. */
import type { Bytes, Ciphertext } from "@coterie/bytes";
import { type BlockIndex, type LogStore, oplogLimits } from "@coterie/oplog";
import type { Primitives, RandomSource } from "@coterie/primitives";
import type { DeviceKey } from "../epochs/keyring-record.ts";
import { decryptState, encryptState } from "./device-state.ts";
import { withLongState } from "./long-state.ts";

/** What a room's storage works with. */
export interface RoomStoreDeps {
  readonly primitives: Pick<Primitives, "xchacha20Poly1305">;
  readonly random: RandomSource;
  readonly deviceKey: DeviceKey;
  readonly store: LogStore;
}

/** The pieces of state. */
export type StateName =
  | "genesis"
  | "writer"
  | "former"
  | "own"
  | "checkpoint"
  | "sync"
  | "contexts"
  | "snapshot"
  | "sealed"
  | `contexts/${number}`
  | `bucket/${number}`
  | "floor"
  | "floor-contexts"
  | `floor-view/${string}`
  | `view/${string}`;

const keyringName = "keyring";
const pageBlocks = 512;

/** Blocks between two that are wanted cost less to read than another call of the store does, up to here. */
const bridgedBlocks = 8;

interface PlacedBlock {
  readonly block: BlockIndex;
  readonly position: number;
}

/** A block with its number in the graph. */
export interface StoredBlock {
  readonly block: BlockIndex;
  readonly bytes: Ciphertext<"block">;
}

/** A stored block with its position. */
export interface PlacedBytes {
  readonly position: number;
  readonly bytes: Ciphertext<"block">;
}

/** See {@link RoomStoreDeps}. */
export class RoomStore {
  readonly #deps: RoomStoreDeps;
  readonly logId: Bytes;
  /** Where each block of the graph lies. */
  readonly #positions: number[] = [];
  #takenBack: ReadonlySet<number> = new Set();

  constructor(deps: RoomStoreDeps, { logId }: { readonly logId: Bytes }) {
    this.#deps = { ...deps, store: withLongState(deps.store) };
    this.logId = logId;
  }

  /** Adds blocks at the end. Durable when it resolves; where it fails, the first ones may be there. */
  async append(blocks: readonly StoredBlock[]): Promise<void> {
    for (const part of partsToAppend(blocks)) {
      const first = await this.#deps.store.append(part.map(({ bytes }) => bytes));
      for (const [i, { block }] of part.entries()) this.place(block, first + i);
    }
  }

  /** Notes where a block lies that was stored before. */
  place(block: BlockIndex, position: number): void {
    this.#positions[block] = position;
  }

  /** Where a block lies; throws RangeError where it is not here. */
  positionOf(block: BlockIndex): number {
    const position = this.#positions[block];
    if (position === undefined) throw new RangeError("the block is not in this storage");
    return position;
  }

  /** Where a block lies; undefined where it is not here, or not any more. */
  findPosition(block: BlockIndex): number | undefined {
    const position = this.#positions[block];
    return position === undefined || position < this.first ? undefined : position;
  }

  /** The position that the next block gets. */
  get length(): number {
    return this.#deps.store.length();
  }

  /** Blocks at these positions are not read any more: this device wrote them, sent them to nobody, and took them back. */
  takeBack(positions: readonly number[]): void {
    this.#takenBack = new Set(positions);
  }

  /** Blocks from a position on, in pages. */
  async *pages(from: number): AsyncGenerator<readonly PlacedBytes[]> {
    const { store } = this.#deps;
    for (let at = Math.max(from, store.first()); at < store.length(); ) {
      const page = await store.read(at, pageBlocks);
      yield this.#placed(at, page);
      at += page.length;
    }
  }

  /** Blocks from a position on, as many of `limit` as the store gives at once, without those that were taken back. */
  async readPlaced(from: number, limit: number): Promise<readonly PlacedBytes[]> {
    return this.#placed(from, await this.#deps.store.read(from, limit));
  }

  #placed(from: number, blocks: readonly Ciphertext<"block">[]): readonly PlacedBytes[] {
    const placed = blocks.map((bytes, i) => ({ position: from + i, bytes }));
    return this.#takenBack.size === 0 ? placed : placed.filter(({ position }) => !this.#takenBack.has(position));
  }

  /** The first position that was not dropped. */
  get first(): number {
    return this.#deps.store.first();
  }

  /** A page for others: what was taken back is left out. Empty only at the end. */
  async read(
    from: number,
    limit: number,
  ): Promise<{ readonly envelopes: readonly Ciphertext<"block">[]; readonly next: number }> {
    const { store } = this.#deps;
    for (let at = from; at < store.length(); ) {
      const page = await store.read(at, Math.min(limit, store.length() - at));
      const envelopes = this.#placed(at, page).map(({ bytes }) => bytes);
      at += page.length;
      if (envelopes.length > 0) return { envelopes, next: at };
    }
    return { envelopes: [], next: Math.max(from, store.length()) };
  }

  /** Blocks from a position on, as the store has them, but for those that were taken back: there stands the first one that was not. */
  async readWithStandIns(from: number, limit: number): Promise<readonly Ciphertext<"block">[]> {
    const { store } = this.#deps;
    const blocks = await store.read(from, limit);
    if (this.#takenBack.size === 0) return blocks;
    const standIn = (await this.read(store.first(), 1)).envelopes[0];
    return blocks.flatMap((block, i) => (this.#takenBack.has(from + i) ? (standIn ?? []) : block));
  }

  /** The block at a position, whether it was taken back or not. */
  async readAt(position: number): Promise<Ciphertext<"block"> | undefined> {
    return (await this.#deps.store.read(position, 1))[0];
  }

  /** Saves one piece of state by itself. */
  async saveAlone(name: StateName, plain: Bytes): Promise<void> {
    const state = encryptState(this.#deps, { logId: this.logId, name, plain });
    await this.#deps.store.save(new Map([[name, state]]));
  }

  /** Lets blocks below a position go. */
  async dropBelow(position: number): Promise<void> {
    await this.#deps.store.drop(position);
  }

  /** Whether every block from the first one on is here. */
  async isWhole(): Promise<boolean> {
    return this.#deps.store.first() === 0 && (await this.#deps.store.load("snapshot")) === undefined;
  }

  /** One block; undefined where it is not here. */
  async readBlock(block: BlockIndex): Promise<Ciphertext<"block"> | undefined> {
    const position = this.findPosition(block);
    return position === undefined ? undefined : await this.readAt(position);
  }

  /** Several blocks, with few calls of the store; those that are not here are left out. */
  async readBlocks(blocks: readonly BlockIndex[]): Promise<ReadonlyMap<BlockIndex, Ciphertext<"block">>> {
    const found = new Map<BlockIndex, Ciphertext<"block">>();
    let open = blocks.flatMap((block) => this.#placeOf(block) ?? []).sort((a, b) => a.position - b.position);
    for (let [first] = open; first !== undefined; [first] = open) {
      const from = first.position;
      const page = await this.#deps.store.read(from, runLength(open));
      for (const { block, position } of open) {
        const bytes = page[position - from];
        if (bytes !== undefined) found.set(block, bytes);
      }
      // The store gives at least one block, or throws; what is beyond the page is asked for by itself.
      open = open.filter(({ position }) => position >= from + Math.max(1, page.length));
    }
    return found;
  }

  #placeOf(block: BlockIndex): PlacedBlock | undefined {
    const position = this.findPosition(block);
    return position === undefined ? undefined : { block, position };
  }

  /** Saves pieces of state together, or removes them where they are undefined; durable when it resolves. */
  async save(pieces: ReadonlyMap<StateName, Bytes | undefined>, keyring: Ciphertext<"keyring">): Promise<void> {
    const changes = new Map<string, Ciphertext<"state"> | undefined>();
    for (const [name, plain] of pieces)
      changes.set(name, plain && encryptState(this.#deps, { logId: this.logId, name, plain }));
    // brand: a keyring is a piece of state that was encrypted elsewhere
    changes.set(keyringName, keyring as Bytes as Ciphertext<"state">);
    await this.#deps.store.save(changes);
  }

  /** A piece of state, or undefined. Throws DeviceStateDamagedError. */
  async load(name: StateName): Promise<Bytes | undefined> {
    const state = await this.#deps.store.load(name);
    return state && decryptState(this.#deps, { logId: this.logId, name, state });
  }

  /** The keyring as it was saved. */
  async loadKeyring(): Promise<Ciphertext<"keyring"> | undefined> {
    const state = await this.#deps.store.load(keyringName);
    // brand: under this name nothing else is saved
    return state as Bytes | undefined as Ciphertext<"keyring"> | undefined;
  }
}

/** How many positions from the first one on are read at once: few others lie between those that are wanted. */
function runLength(placed: readonly PlacedBlock[]): number {
  let end = placed[0]?.position ?? 0;
  for (const { position } of placed) {
    if (position > end + bridgedBlocks) break;
    end = position + 1;
  }
  return end - (placed[0]?.position ?? 0);
}

/** As much at once as a store takes: what waited for keys comes all at once, however much it is. */
function* partsToAppend(blocks: readonly StoredBlock[]): Generator<readonly StoredBlock[]> {
  let part: StoredBlock[] = [];
  let lengthBytes = 0;
  for (const block of blocks) {
    const { length } = block.bytes;
    if (part.length === oplogLimits.appendBlocks || lengthBytes + length > oplogLimits.appendBytes) {
      yield part;
      [part, lengthBytes] = [[], 0];
    }
    part.push(block);
    lengthBytes += length;
  }
  if (part.length > 0) yield part;
}
