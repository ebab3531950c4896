// Proof of work, asked for by one page.
import { once } from "node:events";
import { Worker } from "node:worker_threads";

export interface UnsolvedWork {
  readonly number: number;
  readonly challenge: string;
}

export interface SolvedWork {
  readonly number: number;
  /** Base64; empty where the challenge was none. */
  readonly solution: string;
}

/** As protobuf's JSON has it. */
export interface Work {
  readonly challenge: string;
  readonly solution: string;
}

export interface Solver {
  readonly solve: (challenge: string) => Promise<Work>;
  readonly figures: { solved: number };
  readonly close: () => Promise<void>;
}

export function startSolver(): Solver {
  const worker = new Worker(new URL("work-worker.ts", import.meta.url));
  const waiting = new Map<number, (solution: string) => void>();
  const figures = { solved: 0 };
  let last = 0;
  worker.on("message", ({ number, solution }: SolvedWork) => {
    figures.solved++;
    waiting.get(number)?.(solution);
    waiting.delete(number);
  });
  return {
    figures,
    solve: async (challenge) => {
      const number = ++last;
      const solution = await new Promise<string>((resolve) => {
        waiting.set(number, resolve);
        worker.postMessage({ number, challenge } satisfies UnsolvedWork, []);
      });
      return { challenge: Buffer.from(challenge, "base64url").toString("base64"), solution };
    },
    close: async () => {
      const ended = once(worker, "exit");
      await worker.terminate();
      await ended;
    },
  };
}

/** The same submission with work. */
export function withWork(body: string, work: Work): string {
  return JSON.stringify({ ...JSON.parse(body), work });
}
