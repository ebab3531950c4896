/**
 * Group commit: what arrives while one transaction is under way is written by the next, together. Nothing is answered before
 * the commit that holds it.
 */
import { RefusedError } from "../errors.ts";
import { gatewayLimits } from "../limits.ts";
import { errorCode, type Log } from "../log/log.ts";
import type { PreparedAction, StoreOutcome } from "./prepared-action.ts";
import { BatchFailure, storeBatch, type StoreBatchDeps } from "./store-batch.ts";

interface Waiting {
  readonly action: PreparedAction;
  readonly resolve: (outcome: StoreOutcome) => void;
  readonly reject: (error: RefusedError) => void;
}

/** Stores actions in the order they are added. */
export class BatchWriter {
  readonly #deps: StoreBatchDeps & { readonly log: Log };
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(deps: StoreBatchDeps & { readonly log: Log }) {
    this.#deps = deps;
  }

  /** How many actions wait for their commit. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * The outcome, once it is durable.
   * @throws RefusedError "unavailable" where nothing was stored, "internal" where nobody knows
   */
  async add(action: PreparedAction): Promise<StoreOutcome> {
    if (this.#closed || this.#waiting.length >= gatewayLimits.waitingSubmissions) throw new RefusedError("unavailable");
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ action, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Takes no more, and returns once everything that was added has its outcome. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    // What arrives in this turn of the event loop belongs to the first batch as well.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, gatewayLimits.batchSubmissions);
      this.#waiting = this.#waiting.slice(batch.length);
      await this.#write(batch);
    }
    this.#running = undefined;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await storeBatch(
        this.#deps,
        batch.map(({ action }) => action),
      );
      batch.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index];
        if (outcome === undefined) reject(new RefusedError("internal"));
        else resolve(outcome);
      });
    } catch (error) {
      await this.#fail(batch, error);
    }
  }

  async #fail(batch: readonly Waiting[], error: unknown): Promise<void> {
    const cause = error instanceof BatchFailure ? error.cause : error;
    const code = errorCode(cause);
    this.#deps.log({ event: "batch-failed", submissions: batch.length, code });
    const commitSent = error instanceof BatchFailure && error.commitSent;
    // A row that the database refuses must not take others with it: each is tried alone.
    if (batch.length > 1 && !commitSent && isRefusedRow(code)) {
      for (const one of batch) await this.#write([one]);
      return;
    }
    const reason = commitSent || isRefusedRow(code) ? "internal" : "unavailable";
    for (const { reject } of batch) reject(new RefusedError(reason));
  }
}

/** SQLSTATE classes 22 and 23: a value or a constraint, not the server's condition. */
function isRefusedRow(code: string): boolean {
  return /^2[23][0-9A-Z]{3}$/.test(code);
}
