/** The views of a room: kept at its order when they are asked for (docs/protocol/rooms.md §8.1). */
import type { BlockIndex } from "@coterie/oplog";
import { type Bytes, CoterieError, type Plaintext } from "@coterie/bytes";
import { UnknownViewError } from "../errors.ts";
import { type RoomOrder, ViewRunner } from "../views/view-runner.ts";
import { type ReadableView, ViewState, type WritableView } from "../views/view-state.ts";
import type { Keyring } from "../epochs/keyring.ts";
import type { RoomBlock } from "./room-block.ts";
import type { RoomLog } from "./room-log.ts";
import type { RoomStore } from "./room-store.ts";
import { UnreadEpochs } from "./unread-epochs.ts";
import { decodeValues } from "./values.ts";

/** What `apply` may ask of the room. */
export interface ViewRoom {
  /** Asks for a new epoch: whoever applied this writes in none that was begun without knowing these blocks. */
  readonly updateEncryption: () => void;
}

/**
 * Makes a view of blocks. Deterministic: it looks at nothing but its arguments, and the same blocks in the same order give the same view. It may be
 * called again for the same blocks in another order, after its earlier changes were undone.
 */
export type ApplyBlocks = (view: WritableView, blocks: readonly RoomBlock[], room: ViewRoom) => void;

/** A room's views by name. */
export type ViewDefinitions = Readonly<Record<string, ApplyBlocks>>;

/** From here on contents in memory are used without being asked for, as far as they are final: reading them again costs more. */
const manyContents = 1_024;
/** From here on they are wiped. */
const maxContents = 8_192;

/** What views are made from. */
export interface RoomViewsDeps {
  readonly log: RoomLog;
  readonly store: RoomStore;
  readonly keyring: Pick<Keyring, "findLevel" | "revision">;
}

/** All views of one room on one device. */
export class RoomViews {
  readonly #log: RoomLog;
  readonly #store: RoomStore;
  readonly #runners = new Map<string, ViewRunner<RoomBlock>>();
  /** Epochs of which a content was left out. */
  readonly unread: UnreadEpochs;
  /** The last block after which a view wants another epoch. */
  rotationWantedAfter: BlockIndex | undefined;

  constructor({ log, store, keyring }: RoomViewsDeps, views: ViewDefinitions) {
    this.#log = log;
    this.#store = store;
    this.unread = new UnreadEpochs(keyring);
    for (const [name, apply] of Object.entries(views))
      this.#runners.set(
        name,
        new ViewRunner({
          load: this.#load.bind(this),
          apply: (view, blocks) => {
            if (blocks.length > 0) apply(view, blocks, { updateEncryption: () => this.#wantRotation(blocks) });
          },
        }),
      );
  }

  /** How many positions of the order the view would undo: what follows is cheap where it is small. */
  pendingUndo(name: string): number {
    return this.#runner(name).pendingUndo(this.#order());
  }

  /** Blocks applied over blocks that count once: 1 where nothing was undone. */
  redoFactor(name: string): number {
    return this.#runner(name).redoFactor;
  }

  /** A view at the order of now. Throws UnknownViewError, and what `apply` throws. */
  async get(name: string): Promise<ReadableView> {
    const runner = this.#runner(name);
    this.#takeUpAccess();
    await runner.update(this.#order());
    this.#forgetFinalContents();
    return runner.view;
  }

  /** The one encoding of a view's content, with the number of positions that it covers. */
  encode(name: string): ReturnType<ViewRunner<RoomBlock>["encode"]> {
    return this.#runner(name).encode();
  }

  /**
   * All views as they are when the first `length` final blocks are applied, by name, each in its one encoding.
   * @throws RangeError where one of them has settled what comes later: there is no way back
   */
  async encodeAt(length: number): Promise<ReadonlyMap<string, Bytes>> {
    this.#takeUpAccess();
    const order = { ...this.#order(), finalLength: length, length };
    const encoded = new Map<string, Bytes>();
    for (const [name, runner] of this.#runners) {
      await runner.update(order);
      if (runner.length !== length) throw new RangeError("the view is of a later time");
      encoded.set(name, runner.encode().content);
    }
    return encoded;
  }

  /** Begins a view from what {@link encodeAt} gave; without a content, as an empty one. */
  restore(name: string, { content, length }: { readonly content: Bytes | undefined; readonly length: number }): void {
    const runner = this.#runner(name);
    runner.restore(content ?? new ViewState().encode(), length);
  }

  /** The names of all views. */
  get names(): readonly string[] {
    return [...this.#runners.keys()];
  }

  /** Where contents in memory became many, brings views to what is final, and wipes. After the checkpoint of that is kept. */
  async trim(): Promise<void> {
    if (this.#log.contentCount <= manyContents) return;
    await this.#applyFinal();
    if (this.#log.contentCount <= maxContents) return;
    for (const block of this.#log.contentBlocks()) this.#log.forgetContent(block);
  }

  async #applyFinal(): Promise<void> {
    this.#takeUpAccess();
    const order = this.#order();
    const { finalLength } = order;
    for (const runner of this.#runners.values()) {
      if (runner.length >= finalLength) continue;
      try {
        await runner.update({ ...order, length: finalLength });
      } catch {
        // It stands before what `apply` threw at; whoever asks for it is told.
      }
    }
    this.#forgetFinalContents();
  }

  /** What begins at a checkpoint cannot begin anew here: the next opening does, from the genesis. */
  #takeUpAccess(): void {
    if (this.#log.beganWithCheckpoint || this.#store.first > 0 || !this.unread.isReadable()) return;
    this.unread.clear();
    for (const runner of this.#runners.values()) runner.restore(new ViewState().encode(), 0);
  }

  #runner(name: string): ViewRunner<RoomBlock> {
    const runner = this.#runners.get(name);
    if (runner === undefined) throw new UnknownViewError();
    return runner;
  }

  #order(): RoomOrder {
    const { order } = this.#log;
    const finalLength = order.position;
    const tail = order.tail();
    const at = (position: number): BlockIndex =>
      position < finalLength ? order.at(position) : (tail[position - finalLength] ?? -1);
    return {
      finalLength,
      length: finalLength + tail.length,
      at,
      isVoid: (position) => this.#log.isVoid(at(position)),
    };
  }

  async #load(blocks: readonly BlockIndex[]): Promise<readonly RoomBlock[]> {
    const log = this.#log;
    const values = blocks.filter((block) => log.table.isValue(block));
    const stored = await this.#store.readBlocks(values.filter((block) => log.findContent(block) === undefined));
    const loaded: RoomBlock[] = [];
    for (const block of values) {
      const found = this.#loadOne(block, stored.get(block));
      if (found !== undefined) loaded.push(found);
    }
    return loaded;
  }

  #loadOne(block: BlockIndex, stored: Bytes | undefined): RoomBlock | undefined {
    const log = this.#log;
    const author = log.findAuthor(block);
    const kept = log.findContent(block);
    const content = kept ?? (stored && this.#readStored(stored));
    if (content === undefined || author === undefined) return undefined;
    try {
      const { dag } = log;
      return {
        hash: dag.hash(block),
        writer: dag.writerKey(dag.writer(block)),
        author,
        seq: dag.seq(block),
        lamport: dag.lamport(block),
        values: decodeValues(content),
      };
    } catch (error) {
      // A content that holds no values counts as none, for everybody who may read it alike.
      if (error instanceof CoterieError) return undefined;
      throw error;
    } finally {
      if (kept === undefined) content.destroy();
    }
  }

  #readStored(block: Bytes): Plaintext | undefined {
    const stored = this.#log.readStored(block);
    if (stored.kind === "locked") this.unread.add(stored.epochId);
    return stored.kind === "content" ? stored.content : undefined;
  }

  #forgetFinalContents(): void {
    for (const block of this.#log.contentBlocks()) if (this.#log.order.isFinal(block)) this.#log.forgetContent(block);
  }

  #wantRotation(blocks: readonly RoomBlock[]): void {
    const last = blocks.at(-1);
    const index = last && this.#log.dag.find(last.hash);
    if (index !== undefined) this.rotationWantedAfter = index;
  }
}
