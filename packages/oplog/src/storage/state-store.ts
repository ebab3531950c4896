/**
 * The state of a log: values by name, and where the log begins (docs/protocol/rooms.md §9.4). One file lists it; short values stand in that file,
 * long ones in files of their own. The list is written aside and takes its name in one step, so that a crash leaves the old state or the new one.
 */
import { type Bytes, type Ciphertext, copyBytes } from "@coterie/bytes";
import { StateDamagedError } from "../errors.ts";
import { crc32c } from "./crc32c.ts";
import type { Disk } from "./disk.ts";
import { parseValueFileName, stateFileNames, valueFileName } from "./file-names.ts";
import type { StateChanges } from "./log-store.ts";
import { readReadableFile } from "./read-readable.ts";
import { decodeState, encodeState, type State, type StateValue } from "./state-file.ts";

/** Longer values get files of their own, so that saving something else does not write them again. */
const inlineBytes = 4096;

/** What changes: values, and perhaps the position that the log begins with. */
export interface StateChange {
  readonly changes: StateChanges;
  readonly first?: number;
}

/** The state of one store. One call at a time. */
export class StateStore {
  readonly #disk: Disk;
  readonly repaired: number;
  #state: State;
  #isLost: boolean;
  /** The files of values that are there, named by the state or not. */
  readonly #files: Set<number>;

  private constructor(disk: Disk, { state, isLost, repaired, files }: ReadState) {
    this.#disk = disk;
    this.repaired = repaired;
    this.#state = state;
    this.#isLost = isLost;
    this.#files = new Set(files);
  }

  /**
   * Reads the state, and removes what a crash left unfinished; the names in the folder are durable. `oldest`: where the log begins if the state is
   * lost.
   */
  static async open(disk: Disk, oldest: number): Promise<StateStore> {
    const store = new StateStore(disk, await readState(disk, oldest));
    if (store.#isLost) return store;
    await disk.remove(stateFileNames.next);
    await store.#removeUnused();
    return store;
  }

  /** Both copies of the list are damaged. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** The position that the log begins with. */
  get first(): number {
    return this.#state.first;
  }

  get keys(): ReadonlySet<string> {
    return new Set(this.#state.values.keys());
  }

  /** @throws StateDamagedError */
  async load(key: string): Promise<Ciphertext<"state"> | undefined> {
    if (this.#isLost) throw new StateDamagedError();
    const value = this.#state.values.get(key);
    if (value === undefined) return undefined;
    const bytes = value.kind === "inline" ? copyBytes(value.bytes) : await readValue(this.#disk, value);
    // brand: only `save` writes values, and the checksum says that this is what it was given
    return bytes as Ciphertext<"state">;
  }

  /** All changes or none. Where it throws none are there, though all of them may be after the next opening. */
  async save({ changes, first = this.first }: StateChange): Promise<void> {
    const next = await this.#writeAside(changes, first);
    await this.#disk.rename(stateFileNames.next, stateFileNames.current);
    await this.#disk.syncFolder();
    this.#state = next;
    this.#isLost = false;
    // Only now: until here a crash could bring the old list back.
    await this.#removeUnused().catch(() => undefined);
  }

  /** The state after the changes, written durably to files that nothing names yet. */
  async #writeAside(changes: StateChanges, first: number): Promise<State> {
    const values = new Map(this.#state.values);
    const files: number[] = [];
    try {
      for (const [key, bytes] of changes) {
        if (bytes === undefined) values.delete(key);
        else if (bytes.length <= inlineBytes) values.set(key, { kind: "inline", bytes: copyBytes(bytes) });
        else values.set(key, await this.#writeValue(bytes, files));
      }
      const state = { first, values };
      await writeFile(this.#disk, { name: stateFileNames.next, bytes: encodeState(state) });
      // The names of the values are durable before a list names them.
      if (files.length > 0) await this.#disk.syncFolder();
      return state;
    } catch (error) {
      // Without room, this makes some again.
      for (const name of [stateFileNames.next, ...files.map(valueFileName)])
        await this.#disk.remove(name).catch(() => undefined);
      throw error;
    }
  }

  async #writeValue(bytes: Uint8Array, files: number[]): Promise<StateValue> {
    const file = Math.max(0, ...this.#files) + 1;
    this.#files.add(file);
    files.push(file);
    await writeFile(this.#disk, { name: valueFileName(file), bytes });
    return { kind: "file", file, lengthBytes: bytes.length, checksum: crc32c(bytes) };
  }

  async #removeUnused(): Promise<void> {
    const used = new Set<number>();
    for (const value of this.#state.values.values()) if (value.kind === "file") used.add(value.file);
    for (const file of this.#files) {
      if (used.has(file)) continue;
      await this.#disk.remove(valueFileName(file));
      this.#files.delete(file);
    }
  }
}

interface ReadState {
  readonly state: State;
  readonly isLost: boolean;
  readonly repaired: number;
  readonly files: readonly number[];
}

async function readState(disk: Disk, oldest: number): Promise<ReadState> {
  const files = (await disk.list()).map(parseValueFileName).filter((file) => file !== undefined);
  const bytes = await readFile(disk, stateFileNames.current);
  // Never saved: then nothing was dropped either.
  if (bytes === undefined) return { state: { first: 0, values: new Map() }, isLost: false, repaired: 0, files };
  const decoded = decodeState(bytes);
  if (decoded.kind === "damaged")
    return { state: { first: oldest, values: new Map() }, isLost: true, repaired: 0, files };
  return { state: decoded.state, isLost: false, repaired: decoded.repaired, files };
}

async function readValue(disk: Disk, value: StateValue & { readonly kind: "file" }): Promise<Bytes> {
  const bytes = await readFile(disk, valueFileName(value.file));
  if (bytes?.length !== value.lengthBytes || crc32c(bytes) !== value.checksum) throw new StateDamagedError();
  return bytes;
}

async function readFile(disk: Disk, name: string): Promise<Bytes | undefined> {
  const file = await disk.open(name);
  if (file === undefined) return undefined;
  try {
    return await readReadableFile(file);
  } finally {
    await file.close();
  }
}

async function writeFile(
  disk: Disk,
  { name, bytes }: { readonly name: string; readonly bytes: Uint8Array },
): Promise<void> {
  const file = await disk.create(name);
  try {
    if (bytes.length > 0) await file.write(0, bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
