/**
 * Threads that open contacts. Work is handed out in pieces of whole lines; results come back in the order of the store.
 * The memory of a piece and of its results goes around in a fixed number of slots: when all are on the way, reading waits.
 */
import { Worker } from "node:worker_threads";
import type { StoreReader } from "./store-reader.ts";
import type { StorePlace } from "./store-segments.ts";
import { memoryOf, type OpeningJob, type OpeningResult, type OpeningSetup } from "./opening-job.ts";

/** One piece opened, in the order of the store. `result`'s memory is lent until the promise of `deliver` settles. */
export interface DeliveredPiece {
  readonly result: OpeningResult;
  /** The place behind the piece. */
  readonly next: StorePlace;
}

const pieceBytes = 256 * 1024;
const firstOutputBytes = 128 * 1024;
const firstListBytes = 4 * 1024;
const slotsPerWorker = 3;

interface Slot {
  input: Uint8Array<ArrayBuffer>;
  outputs: readonly Uint8Array<ArrayBuffer>[];
}

/** Threads with the same setup. `close` ends them. */
export class OpeningPool {
  readonly #workers: readonly OpeningThread[];
  readonly #slots: Slot[];
  readonly #slotCount: number;

  /** Starts `workers` threads. The secret keys in `setup` are copied to each; the caller wipes its own. */
  constructor(setup: OpeningSetup, workers: number) {
    this.#workers = Array.from({ length: workers }, () => new OpeningThread(setup));
    this.#slotCount = workers * slotsPerWorker;
    this.#slots = Array.from({ length: this.#slotCount }, () => ({
      input: new Uint8Array(pieceBytes),
      outputs: [
        ...setup.formats.map(() => new Uint8Array(firstOutputBytes)),
        new Uint8Array(firstListBytes),
        new Uint8Array(firstListBytes),
      ],
    }));
  }

  /** Opens everything that `reader` gives, calling `deliver` piece by piece in order; the next one waits for it. */
  async openAll(reader: StoreReader, deliver: (piece: DeliveredPiece) => Promise<void>): Promise<void> {
    const onTheWay: Promise<DeliveredPiece>[] = [];
    let sequence = 0;
    for (let ended = false; ; ) {
      while (!ended && onTheWay.length < this.#slotCount) {
        const slot = this.#slots.pop();
        const piece = slot === undefined ? undefined : await reader.readPiece(slot.input);
        if (slot === undefined || piece === undefined) {
          if (slot !== undefined) this.#slots.push(slot);
          ended = true;
          break;
        }
        const job: OpeningJob = { sequence: sequence++, lengthBytes: piece.lengthBytes, ...slot };
        const opened = this.#idlest()
          .open(job)
          .then((result) => ({ result, next: piece.next }));
        // Looked at in order; until then a failure must not count as unhandled.
        opened.catch(() => undefined);
        onTheWay.push(opened);
      }
      const first = onTheWay.shift();
      if (first === undefined) return;
      const piece = await first;
      await deliver(piece);
      this.#slots.push({ input: piece.result.input, outputs: piece.result.outputs });
    }
  }

  /** Ends the threads; their copies of the keys are wiped. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }

  #idlest(): OpeningThread {
    return this.#workers.reduce((best, worker) => (worker.waiting < best.waiting ? worker : best));
  }
}

class OpeningThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (result: OpeningResult) => void; reject: (error: Error) => void }>();
  readonly #ended: Promise<void>;
  #failure: Error | undefined;

  constructor(setup: OpeningSetup) {
    this.#worker = new Worker(new URL("./opening-worker.ts", import.meta.url), {
      workerData: setup,
      // Lines are short-lived: a small young generation is faster and keeps many threads within bounds.
      resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 64 },
    });
    this.#ended = new Promise((resolve) => this.#worker.once("exit", () => resolve()));
    this.#worker.on("message", (result: OpeningResult) => {
      this.#waiting.get(result.sequence)?.resolve(result);
      this.#waiting.delete(result.sequence);
    });
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail(new Error("a thread that opens contacts ended")));
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  open(job: OpeningJob): Promise<OpeningResult> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#waiting.set(job.sequence, { resolve, reject });
      this.#worker.postMessage(job, memoryOf(job));
    });
  }

  async close(): Promise<void> {
    this.#worker.postMessage("end", []);
    await this.#ended;
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error("a thread that opens contacts failed");
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}
