/** Verifying what was pulled, on all cores: large batches in threads, started when the first one comes; small ones here. */
import { Worker } from "node:worker_threads";
import { nodePrimitives } from "@coterie/primitives/node";
import type { StampKeys } from "./line-stamps.ts";
import { createLineVerification, type LineVerificationDeps, stampVerified } from "./line-verification.ts";

/** Below this, starting a thread takes longer than verifying. */
const linesWorthThreads = 500;

/** Verifies lines, in order, one batch at a time. `close` ends its threads and wipes its copies of the store key. */
export class LineVerifier {
  readonly #keys: StampKeys;
  readonly #here: LineVerificationDeps;
  readonly #threadCount: number;
  #threads: readonly VerifyingThread[] = [];

  /** Takes a copy of the keys. */
  constructor({ storeKey, gatewaySigningKey }: StampKeys, threads: number) {
    this.#keys = { storeKey: storeKey.slice(), gatewaySigningKey };
    this.#here = createLineVerification(nodePrimitives, this.#keys);
    this.#threadCount = threads;
  }

  /** The lines, each with its line feed, as bytes: stamped where they verify. */
  async verify(lines: readonly string[]): Promise<Buffer> {
    if (this.#threadCount < 2 || lines.length < linesWorthThreads)
      return stampVerified(this.#here, Buffer.from(lines.join(""), "utf8"));
    if (this.#threads.length === 0)
      this.#threads = Array.from({ length: this.#threadCount }, () => new VerifyingThread(this.#keys));
    const share = Math.ceil(lines.length / this.#threads.length);
    const parts = this.#threads.map((thread, i) => thread.verify(lines.slice(i * share, (i + 1) * share)));
    return Buffer.concat(await Promise.all(parts));
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
    this.#here.stamps.destroy();
    this.#keys.storeKey.fill(0);
  }
}

interface Waiting {
  readonly resolve: (lines: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

class VerifyingThread {
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  /** One batch at a time. */
  #waiting: Waiting | undefined;
  #failure: unknown;

  constructor(keys: StampKeys) {
    this.#worker = new Worker(new URL("./verifying-worker.ts", import.meta.url), {
      workerData: keys,
      resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 64 },
    });
    this.#ended = new Promise((resolve) => this.#worker.once("exit", () => resolve()));
    this.#worker.on("message", (lines: Uint8Array) => this.#waiting?.resolve(lines));
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail(new Error("a thread that verifies contacts ended")));
  }

  verify(lines: readonly string[]): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#waiting = { resolve, reject };
      const bytes = new Uint8Array(Buffer.from(lines.join(""), "utf8"));
      this.#worker.postMessage(bytes, [bytes.buffer]);
    });
  }

  async close(): Promise<void> {
    this.#worker.postMessage("end", []);
    await this.#ended;
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#waiting?.reject(this.#failure);
  }
}
