/** One opening worker as the page sees it: one job at a time. */
import type { ColumnPlan } from "@coterie/actions/csv";
import { WorkerFailedError } from "../errors.ts";
import type { WorkerPort } from "../keys/key-workshop.ts";
import type { OpenBatchJob, OpenedBatch, OpeningSetup, WriteCsvJob } from "./opening-job.ts";

/** What a worker says. */
export type OpeningAnswer =
  | { readonly kind: "ready" }
  | { readonly kind: "opened"; readonly opened: OpenedBatch }
  | { readonly kind: "csv"; readonly csv: Uint8Array<ArrayBuffer> }
  | { readonly kind: "failed"; readonly code: string };

/** A worker. Every method rejects with WorkerFailedError after `terminate`. */
export interface OpeningThread {
  readonly setUp: (setup: OpeningSetup) => Promise<void>;
  readonly open: (job: Omit<OpenBatchJob, "kind">) => Promise<OpenedBatch>;
  readonly writeCsv: (lines: Uint8Array<ArrayBuffer>, columns: ColumnPlan) => Promise<Uint8Array<ArrayBuffer>>;
  readonly terminate: () => void;
}

/** A thread over a worker that was just started. */
export function createOpeningThread(worker: WorkerPort): OpeningThread {
  let waiting:
    | { readonly resolve: (answer: OpeningAnswer) => void; readonly reject: (error: Error) => void }
    | undefined;
  let failure: WorkerFailedError | undefined;
  const fail = (code: string): void => {
    failure ??= new WorkerFailedError(code);
    waiting?.reject(failure);
    waiting = undefined;
  };
  worker.listen({
    onMessage: (message) => {
      // cast: opening-worker.ts posts nothing else
      const answer = message as OpeningAnswer;
      if (answer.kind === "failed") return fail(answer.code);
      waiting?.resolve(answer);
      waiting = undefined;
    },
    onError: () => fail("web/worker-failed"),
  });
  const ask = (message: OpeningSetup | OpenBatchJob | WriteCsvJob, transfer: Transferable[]): Promise<OpeningAnswer> =>
    new Promise((resolve, reject) => {
      if (failure !== undefined) return reject(failure);
      waiting = { resolve, reject };
      worker.post(message, transfer);
    });
  return {
    async setUp(setup) {
      await ask(
        setup,
        setup.secretKeys.map(({ buffer }) => buffer),
      );
    },
    async open(job) {
      const answer = await ask({ kind: "open", ...job }, [job.batch.buffer]);
      if (answer.kind !== "opened") throw new WorkerFailedError("web/worker-failed");
      return answer.opened;
    },
    async writeCsv(lines, columns) {
      const answer = await ask({ kind: "csv", lines, columns }, [lines.buffer]);
      if (answer.kind !== "csv") throw new WorkerFailedError("web/worker-failed");
      return answer.csv;
    },
    terminate() {
      worker.terminate();
      fail("web/worker-ended");
    },
  };
}
