/** Key jobs as the page sees them: each in a worker of its own. */
import { WorkerFailedError } from "../errors.ts";
import type { KeyJob, KeyJobResults } from "./key-jobs.ts";

/** What takes time in a job. */
export type KeyStage = "loading" | "deriving";

/** What the worker says. */
export type KeyWorkerAnswer =
  | { readonly kind: "stage"; readonly stage: KeyStage }
  | { readonly kind: "done"; readonly result: KeyJobResults[keyof KeyJobResults] }
  | { readonly kind: "failed"; readonly code: string };

/** The part of a worker that is used. */
export interface WorkerPort {
  readonly post: (message: unknown, transfer?: Transferable[]) => void;
  readonly listen: (listeners: {
    readonly onMessage: (message: unknown) => void;
    readonly onError: () => void;
  }) => void;
  readonly terminate: () => void;
}

/** What the workshop needs. */
export interface KeyWorkshopDeps {
  readonly startWorker: () => WorkerPort;
}

/** Runs key jobs. */
export interface KeyWorkshop {
  /** Throws WorkerFailedError with the code of what happened inside. */
  readonly run: <Kind extends KeyJob["kind"]>(
    job: Extract<KeyJob, { readonly kind: Kind }>,
    onStage?: (stage: KeyStage) => void,
  ) => Promise<KeyJobResults[Kind]>;
}

/** A workshop over workers. */
export function createKeyWorkshop({ startWorker }: KeyWorkshopDeps): KeyWorkshop {
  return {
    run: <Kind extends KeyJob["kind"]>(
      job: Extract<KeyJob, { readonly kind: Kind }>,
      onStage?: (stage: KeyStage) => void,
    ) =>
      new Promise<KeyJobResults[Kind]>((resolve, reject) => {
        const worker = startWorker();
        const fail = (code: string): void => {
          worker.terminate();
          reject(new WorkerFailedError(code));
        };
        worker.listen({
          onMessage: (message) => {
            // cast: key-worker.ts posts nothing else
            const answer = message as KeyWorkerAnswer;
            if (answer.kind === "stage") onStage?.(answer.stage);
            else if (answer.kind === "failed") fail(answer.code);
            else {
              worker.terminate();
              // cast: the result of a job is the one of its kind
              resolve(answer.result as KeyJobResults[Kind]);
            }
          },
          onError: () => fail("web/worker-failed"),
        });
        worker.post(job);
      }),
  };
}
