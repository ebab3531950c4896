/** Several opening workers, each with keys of its own copy. */
import type { OpeningSetup } from "./opening-job.ts";
import { createOpeningThread, type OpeningThread } from "./opening-thread.ts";
import type { WorkerPort } from "../keys/key-workshop.ts";

/** Workers that share the work. */
export interface OpeningPool {
  readonly threads: number;
  /** Runs `work` on the next worker that is free. */
  readonly run: <Result>(work: (thread: OpeningThread) => Promise<Result>) => Promise<Result>;
  /** Ends all workers, and their memory with the keys in it. */
  readonly close: () => void;
}

/** What a pool is made of. */
export interface OpeningPoolInput {
  readonly threads: number;
  /** Wiped when this returns. */
  readonly secretKeys: readonly Uint8Array<ArrayBuffer>[];
  readonly gatewaySigningKey: Uint8Array<ArrayBuffer>;
  readonly organisationId: string;
}

/** Starts the workers and gives each the keys. Throws WorkerFailedError, with none left behind. */
export async function startOpeningPool(
  { startWorker }: { readonly startWorker: () => WorkerPort },
  { threads, secretKeys, gatewaySigningKey, organisationId }: OpeningPoolInput,
): Promise<OpeningPool> {
  const all = Array.from({ length: threads }, () => createOpeningThread(startWorker()));
  const close = (): void => {
    for (const thread of all) thread.terminate();
  };
  try {
    await Promise.all(
      all.map((thread) => {
        const copies = secretKeys.map((secret) => secret.slice());
        const setup: OpeningSetup = { kind: "setup", secretKeys: copies, gatewaySigningKey, organisationId };
        return thread.setUp(setup);
      }),
    );
  } catch (error) {
    close();
    throw error;
  } finally {
    for (const secret of secretKeys) secret.fill(0);
  }
  return { threads, run: shareAmong(all), close };
}

function shareAmong(all: readonly OpeningThread[]): OpeningPool["run"] {
  const free = [...all];
  const waiting: ((thread: OpeningThread) => void)[] = [];
  const take = (): Promise<OpeningThread> =>
    new Promise((resolve) => {
      const thread = free.pop();
      if (thread === undefined) waiting.push(resolve);
      else resolve(thread);
    });
  return async (work) => {
    const thread = await take();
    try {
      return await work(thread);
    } finally {
      const next = waiting.shift();
      if (next === undefined) free.push(thread);
      else next(thread);
    }
  };
}

/** How many workers a machine with so many processors gets: one is left for the page. */
export function threadsFor(processors: number, most: number): number {
  return Math.max(2, Math.min(most, processors - 1));
}
