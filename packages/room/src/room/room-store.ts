/** A room's storage on one device: blocks in the order of admission, and a few pieces of state under the device's key. */
import type { Bytes, Ciphertext } from "@coterie/bytes";
import type { BlockIndex, LogStore } from "@coterie/oplog";
import type { Primitives, RandomSource } from "@coterie/primitives";
import type { DeviceKey } from "../epochs/keyring-record.ts";
import { decryptState, encryptState } from "./device-state.ts";

/** What a room's storage works with. */
export interface RoomStoreDeps {
  readonly primitives: Pick<Primitives, "xchacha20Poly1305">;
  readonly random: RandomSource;
  readonly deviceKey: DeviceKey;
  readonly store: LogStore;
}

/** The pieces of state. */
export type StateName = "genesis" | "writer" | `view/${string}`;

const keyringName = "keyring";
const pageBlocks = 512;

/** See {@link RoomStoreDeps}. Block i of the graph is at position i. */
export class RoomStore {
  readonly #deps: RoomStoreDeps;
  readonly #logId: Bytes;

  constructor(deps: RoomStoreDeps, { logId }: { readonly logId: Bytes }) {
    this.#deps = deps;
    this.#logId = logId;
  }

  /** Durable when it resolves. */
  async append(blocks: readonly Ciphertext<"block">[]): Promise<void> {
    if (blocks.length > 0) await this.#deps.store.append(blocks);
  }

  /** All blocks, in pages. */
  async *pages(): AsyncGenerator<readonly Ciphertext<"block">[]> {
    const { store } = this.#deps;
    for (let at = store.first(); at < store.length(); ) {
      const page = await store.read(at, pageBlocks);
      at += page.length;
      yield page;
    }
  }

  /** One block. */
  async readBlock(block: BlockIndex): Promise<Ciphertext<"block"> | undefined> {
    return (await this.#deps.store.read(block, 1))[0];
  }

  /** Saves pieces of state together; durable when it resolves. */
  async save(pieces: ReadonlyMap<StateName, Bytes>, keyring: Ciphertext<"keyring">): Promise<void> {
    const changes = new Map<string, Ciphertext<"state">>();
    for (const [name, plain] of pieces)
      changes.set(name, encryptState(this.#deps, { logId: this.#logId, name, plain }));
    // brand: a keyring is a piece of state that was encrypted elsewhere
    changes.set(keyringName, keyring as Bytes as Ciphertext<"state">);
    await this.#deps.store.save(changes);
  }

  /** A piece of state, or undefined. Throws DeviceStateDamagedError. */
  async load(name: StateName): Promise<Bytes | undefined> {
    const state = await this.#deps.store.load(name);
    return state && decryptState(this.#deps, { logId: this.#logId, name, state });
  }

  /** The keyring as it was saved. */
  async loadKeyring(): Promise<Ciphertext<"keyring"> | undefined> {
    const state = await this.#deps.store.load(keyringName);
    // brand: under this name nothing else is saved
    return state as Bytes | undefined as Ciphertext<"keyring"> | undefined;
  }
}
