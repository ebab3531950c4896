/** The worker of key jobs: one job, then the page ends it, and with it the memory that Argon2id filled. */
import { CoterieError } from "@coterie/bytes";
import { type KeyJob, runKeyJob } from "./key-jobs.ts";
import type { KeyWorkerAnswer } from "./key-workshop.ts";

const answer = (message: KeyWorkerAnswer): void => {
  postMessage(message);
};

addEventListener("message", ({ data }: MessageEvent<KeyJob>) => {
  run(data).catch((error: unknown) => {
    answer({ kind: "failed", code: error instanceof CoterieError ? error.code : "web/worker-failed" });
  });
});

async function run(job: KeyJob): Promise<void> {
  answer({ kind: "stage", stage: "loading" });
  const { loadBrowserPrimitives, systemRandom } = await import("@coterie/primitives/browser");
  const primitives = await loadBrowserPrimitives();
  if (!job.kind.startsWith("verify-")) answer({ kind: "stage", stage: "deriving" });
  answer({ kind: "done", result: await runKeyJob({ primitives, random: systemRandom, now: Date.now }, job) });
}
