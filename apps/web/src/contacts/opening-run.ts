/** Opening everything: pulled one batch after the other, opened by several workers at once, kept in order. */
import { webLimits } from "../limits.ts";
import type { OpenedContacts } from "./opened-contacts.ts";
import type { OpeningPool } from "./opening-pool.ts";
import { createProgressMeter, type OpeningProgress } from "./opening-progress.ts";
import type { SealedBatch } from "./pull-batches.ts";

/** What a run needs. */
export interface OpeningRunDeps {
  readonly pool: OpeningPool;
  readonly now: () => number;
}

/** What a run is told. */
export interface OpeningRunInput {
  readonly batches: AsyncIterable<SealedBatch>;
  /** Filled while the run goes on: what is in it stays, also when the run is cancelled or fails. */
  readonly contacts: OpenedContacts;
  readonly estimate: number | undefined;
  readonly onProgress: (progress: OpeningProgress) => void;
}

/** Runs until everything is opened. Rejects with the first failure of pulling or of a worker. */
export async function runOpening({ pool, now }: OpeningRunDeps, input: OpeningRunInput): Promise<void> {
  const { batches, contacts, estimate, onProgress } = input;
  const meter = createProgressMeter({ now }, { estimate });
  const counts = { looked: 0, pulled: 0, allPulled: false };
  onProgress(meter.measure(counts));
  const running = new Set<Promise<void>>();
  let previewWanted: number = webLimits.previewRows;
  const openOne = async (sequence: number, batch: SealedBatch): Promise<void> => {
    const previewRows = previewWanted;
    previewWanted = Math.max(0, previewWanted - batch.contacts);
    const opened = await pool.run((thread) => thread.open({ batch: batch.bytes, previewRows }));
    contacts.add(sequence, opened);
    counts.looked += batch.contacts;
    onProgress(meter.measure(counts));
  };
  let sequence = 0;
  let failed: { readonly error: unknown } | undefined;
  for await (const batch of batches) {
    counts.pulled += batch.contacts;
    const job = openOne(sequence++, batch)
      .catch((error: unknown) => {
        failed ??= { error };
      })
      .finally(() => running.delete(job));
    running.add(job);
    // Pulling waits for opening, so that sealed batches do not pile up in memory.
    while (running.size >= pool.threads + webLimits.waitingBatches) await Promise.race(running);
    if (failed !== undefined) break;
  }
  counts.allPulled = failed === undefined;
  await Promise.all(running);
  if (failed !== undefined) throw failed.error;
  onProgress(meter.measure(counts));
}
