/**
 * A folder that forgets, tears and fails like a real one, and repeats it from a seed: unsynchronised writes are lost, kept or torn by sectors and in
 * any order, names come and go until the folder is synchronised, calls fail, bits flip, and the machine stops at any call.
 */
import { CoterieError } from "@coterie/bytes";
import { type Chance, createChance } from "../chance.ts";
import { StoreFailedError, StoreFullError, StoreLockedError } from "../errors.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { SimulatedFile } from "./simulated-file.ts";

/** The simulated machine has stopped: this call and all later ones of the same program fail. */
export class SimulatedCrashError extends CoterieError {
  readonly code = "oplog/simulated-crash";
  constructor() {
    super("the simulated machine has stopped");
  }
}

/** A program does what the port does not allow, and what some file systems would not let pass. */
export class SimulatedMisuseError extends CoterieError {
  readonly code = "oplog/simulated-misuse";
}

/** What makes a disk. */
export interface SimulatedDiskInput {
  readonly seed: number;
  /** All files together; endless unless said. */
  readonly capacityBytes?: number;
}

type NameChange =
  | { readonly kind: "link"; readonly name: string; readonly file: SimulatedFile }
  | { readonly kind: "move"; readonly from: string; readonly to: string; readonly file: SimulatedFile }
  | { readonly kind: "unlink"; readonly name: string };

/** A {@link Disk}, and what happens to it. Calls are counted from 1, reading ones as well. */
export class SimulatedDisk {
  readonly #chance: Chance;
  #capacityBytes: number;
  #durableNames = new Map<string, SimulatedFile>();
  #names = new Map<string, SimulatedFile>();
  #pendingNames: NameChange[] = [];
  #calls = 0;
  #crashAt = Number.POSITIVE_INFINITY;
  readonly #failures = new Map<number, "full" | "failed">();
  #isLocked = false;
  /** Files are opened once at a time, as in browsers. */
  readonly #opened = new Set<SimulatedFile>();
  /** Programs of an earlier start hold files and locks no more. */
  #start = 0;

  constructor({ seed, capacityBytes = Number.POSITIVE_INFINITY }: SimulatedDiskInput) {
    this.#chance = createChance(seed);
    this.#capacityBytes = capacityBytes;
  }

  get calls(): number {
    return this.#calls;
  }

  /** How many files are open. */
  get openFiles(): number {
    return this.#opened.size;
  }

  /** The machine stops in the middle of the call of this number. */
  crashAt(call: number): void {
    this.#crashAt = call;
  }

  /** The call of this number fails; what it was to do is done in part. */
  failAt(call: number, failure: "full" | "failed"): void {
    this.#failures.set(call, failure);
  }

  resize(capacityBytes: number): void {
    this.#capacityBytes = capacityBytes;
  }

  /** The machine starts again: after a power cut with what was durable, after `kill -9` with everything that was written. */
  restart(after: "power-cut" | "kill"): void {
    this.#start++;
    this.#isLocked = false;
    this.#opened.clear();
    this.#crashAt = Number.POSITIVE_INFINITY;
    this.#failures.clear();
    if (after === "kill") return;
    for (const change of this.#pendingNames) if (this.#chance(2) === 0) renamed(this.#durableNames, change);
    this.#pendingNames = [];
    this.#names = new Map(this.#durableNames);
    for (const file of new Set(this.#names.values())) file.cutPower(this.#chance);
  }

  /** The files there are, with their lengths. */
  get sizes(): ReadonlyMap<string, number> {
    return new Map([...this.#names].map(([name, { sizeBytes }]) => [name, sizeBytes]));
  }

  /** Another disk with the files as they are now, as a backup has them: all of them durable. */
  copy(input: SimulatedDiskInput): SimulatedDisk {
    const copy = new SimulatedDisk(input);
    copy.adopt(this, () => true);
    return copy;
  }

  /** Takes over files of another disk as they are now. */
  adopt(from: SimulatedDisk, isWanted: (name: string) => boolean): void {
    for (const [name, file] of from.#names) if (isWanted(name)) this.#names.set(name, file.copy());
    this.#durableNames = new Map(this.#names);
  }

  /** Changes one bit of a file. */
  flip(name: string, bit: number): void {
    this.#names.get(name)?.flip(bit);
  }

  /** Takes a file away, as a faulty file system does. */
  lose(name: string): void {
    this.#names.delete(name);
    this.#durableNames.delete(name);
  }

  /** The disk as a program sees it that begins now. */
  open(): Disk {
    const start = this.#start;
    const call = async (effect: Effect): Promise<void> => await this.#call(start, effect);
    const fileOf = (file: SimulatedFile): DiskFile => this.#fileOf(file, call);
    return {
      lock: async () => {
        await call({});
        if (this.#isLocked) throw new StoreLockedError();
        this.#isLocked = true;
        return async () => {
          if (this.#start === start) this.#isLocked = false;
        };
      },
      list: async () => {
        await call({});
        return [...this.#names.keys()];
      },
      open: async (name) => {
        await call({});
        const file = this.#names.get(name);
        return file === undefined ? undefined : fileOf(file);
      },
      create: async (name) => {
        this.#requireClosed(name);
        await call({ whole: () => this.#create(name) });
        return fileOf(this.#names.get(name) ?? new SimulatedFile());
      },
      rename: async (from, to) => {
        const file = this.#names.get(from);
        if (file === undefined) throw new StoreFailedError("there is no such file");
        this.#requireClosed(from);
        this.#requireClosed(to);
        await call({ whole: () => this.#rename({ kind: "move", from, to, file }) });
      },
      remove: async (name) => {
        this.#requireClosed(name);
        const isThere = this.#names.has(name);
        await call(isThere ? { whole: () => this.#rename({ kind: "unlink", name }) } : {});
      },
      syncFolder: async () => {
        await call({ whole: () => this.#syncFolder() });
      },
    };
  }

  #requireClosed(name: string): void {
    const file = this.#names.get(name);
    if (file !== undefined && this.#opened.has(file)) throw new SimulatedMisuseError("the file is open");
  }

  #fileOf(file: SimulatedFile, call: (effect: Effect) => Promise<void>): DiskFile {
    if (this.#opened.has(file)) throw new SimulatedMisuseError("the file is open");
    this.#opened.add(file);
    return {
      size: async () => {
        await call({});
        return file.sizeBytes;
      },
      read: async (at, lengthBytes) => {
        await call({});
        return file.read(at, lengthBytes);
      },
      write: async (at, bytes) => {
        const room = Math.max(file.sizeBytes, this.#room(file));
        const fits = Math.max(0, Math.min(bytes.length, room - at));
        await call({
          whole: () => file.write(at, bytes.subarray(0, fits)),
          part: () => file.write(at, bytes.subarray(0, this.#chance(fits + 1))),
        });
        if (fits < bytes.length) throw new StoreFullError();
      },
      truncate: async (lengthBytes) => await call({ whole: () => file.truncate(lengthBytes) }),
      sync: async () => await call({ whole: () => file.sync(), failed: () => file.loseSync(this.#chance) }),
      close: async () => {
        this.#opened.delete(file);
      },
    };
  }

  /** How long a file may become. */
  #room(file: SimulatedFile): number {
    let used = 0;
    for (const other of new Set(this.#names.values())) if (other !== file) used += other.sizeBytes;
    return this.#capacityBytes - used;
  }

  #create(name: string): void {
    const there = this.#names.get(name);
    if (there !== undefined) there.truncate(0);
    else this.#rename({ kind: "link", name, file: new SimulatedFile() });
  }

  #rename(change: NameChange): void {
    this.#pendingNames.push(change);
    renamed(this.#names, change);
  }

  #syncFolder(): void {
    for (const change of this.#pendingNames) renamed(this.#durableNames, change);
    this.#pendingNames = [];
  }

  async #call(start: number, { whole, part, failed }: Effect): Promise<void> {
    await Promise.resolve();
    if (start !== this.#start) throw new SimulatedCrashError();
    const number = ++this.#calls;
    if (number > this.#crashAt) throw new SimulatedCrashError();
    if (number === this.#crashAt) {
      if (part !== undefined) part();
      else if (this.#chance(2) === 0) whole?.();
      throw new SimulatedCrashError();
    }
    const failure = this.#failures.get(number);
    if (failure === undefined) {
      whole?.();
      return;
    }
    (failed ?? part)?.();
    throw failure === "full" ? new StoreFullError() : new StoreFailedError("the simulated disk failed");
  }
}

/** What a call does: as a whole, where it is interrupted, and where it fails. */
interface Effect {
  readonly whole?: () => void;
  readonly part?: () => void;
  readonly failed?: () => void;
}

function renamed(names: Map<string, SimulatedFile>, change: NameChange): void {
  if (change.kind === "unlink") names.delete(change.name);
  else if (change.kind === "link") names.set(change.name, change.file);
  else {
    if (names.get(change.from) === change.file) names.delete(change.from);
    names.set(change.to, change.file);
  }
}
