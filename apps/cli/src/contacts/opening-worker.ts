/** A thread that opens contacts: lines of the store in, lines of the outputs out. Started by opening-pool.ts. */
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import type { Primitives } from "@coterie/primitives";
import { nodePrimitives } from "@coterie/primitives/node";
import { createStoredContactOpener } from "@coterie/sealed-box/open";
import { openStoredContact, type OpeningDeps, type OpeningOutcome } from "./contact-opening.ts";
import { EventTable } from "./event-table.ts";
import { GrowingBytes } from "./growing-bytes.ts";
import { encodeJsonLine, encodeOpenedRow } from "@coterie/actions/csv";
import { LineStamps } from "./line-stamps.ts";
import { memoryOf, type OpeningCounts, type OpeningJob, type OpeningResult, type OpeningSetup } from "./opening-job.ts";
import { forEachContactLine } from "./store-reader.ts";

/** Prepares opening; the secret keys and the store key in `setup` are wiped. */
export function createOpeningDeps(setup: OpeningSetup, primitives: Primitives): OpeningDeps {
  const keys = setup.secretKeys.map((secret) => primitives.deriveAgreementKeyPair(secret));
  for (const secret of setup.secretKeys) secret.fill(0);
  const { gatewaySigningKey, organisationId, filter, storeKey } = setup;
  const stamps = storeKey === undefined ? undefined : new LineStamps({ storeKey, gatewaySigningKey });
  storeKey?.fill(0);
  const opener = createStoredContactOpener({ primitives }, { keys, gatewaySigningKey });
  for (const { secretKey } of keys) secretKey.destroy();
  const events = setup.events === undefined ? undefined : new EventTable(setup.events);
  return { primitives, opener, stamps, organisationId, filter, events };
}

/** Opens the lines of one job. */
export function runOpeningJob(
  deps: OpeningDeps,
  { setup, job }: { readonly setup: OpeningSetup; readonly job: OpeningJob },
): OpeningResult {
  const outputs = job.outputs.map((memory) => new GrowingBytes(memory));
  const counts = { contacts: 0, opened: 0, refused: 0, quarantined: 0, skipped: 0, erased: 0 };
  const input = Buffer.from(job.input.buffer, job.input.byteOffset, job.input.length);
  forEachContactLine(input, job.lengthBytes, (startOffset, endOffset) => {
    const outcome = openStoredContact(deps, input, { startOffset, endOffset });
    counts.contacts++;
    counts[outcome.kind]++;
    appendOutcome(outputs, setup, outcome);
  });
  return createResult(job, outputs, counts);
}

function appendOutcome(
  outputs: readonly GrowingBytes[],
  { formats, columns, receiver }: OpeningSetup,
  outcome: OpeningOutcome,
): void {
  switch (outcome.kind) {
    case "opened":
      formats.forEach((format, i) => outputs[i]?.append(encodeOpenedRow(outcome.row, { format, columns, receiver })));
      return;
    case "refused":
      outputs[formats.length]?.append(encodeJsonLine({ actionId: outcome.actionId, code: outcome.code }));
      return;
    case "quarantined":
      outputs[formats.length + 1]?.append(encodeJsonLine(outcome.row));
      return;
    case "skipped":
    case "erased":
      return;
  }
}

function createResult(
  { sequence, input }: OpeningJob,
  outputs: readonly GrowingBytes[],
  counts: OpeningCounts,
): OpeningResult {
  return {
    sequence,
    input,
    outputs: outputs.map(({ memory }) => memory),
    filledBytes: outputs.map(({ filledBytes }) => filledBytes),
    counts,
  };
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort;
  // cast: opening-pool.ts starts this file with just this
  const setup = workerData as OpeningSetup;
  const deps = createOpeningDeps(setup, nodePrimitives);
  port.on("message", (message: OpeningJob | "end") => {
    if (message === "end") {
      deps.opener.destroy();
      deps.stamps?.destroy();
      port.close();
      return;
    }
    const result = runOpeningJob(deps, { setup, job: message });
    port.postMessage(result, memoryOf(result));
  });
}
