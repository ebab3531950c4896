/** A worker that opens contacts. Its content security policy forbids it every connection: what it opens it can only hand back. */
import { CoterieError } from "@coterie/bytes";
import { loadBrowserPrimitives } from "@coterie/primitives/browser";
import { createContactOpener } from "@coterie/sealed-box/open";
import type { ContactOpeningDeps } from "./open-contact.ts";
import { openBatch, type OpenBatchJob, type OpeningSetup, type WriteCsvJob, writeCsv } from "./opening-job.ts";
import type { OpeningAnswer } from "./opening-thread.ts";

const answer = (message: OpeningAnswer, transfer: Transferable[] = []): void => {
  postMessage(message, { transfer });
};

let deps: ContactOpeningDeps | undefined;

addEventListener("message", ({ data }: MessageEvent<OpeningSetup | OpenBatchJob | WriteCsvJob>) => {
  run(data).catch((error: unknown) => {
    answer({ kind: "failed", code: error instanceof CoterieError ? error.code : "web/worker-failed" });
  });
});

async function run(message: OpeningSetup | OpenBatchJob | WriteCsvJob): Promise<void> {
  if (message.kind === "setup") {
    deps = await setUp(message);
    answer({ kind: "ready" });
  } else if (message.kind === "csv") {
    const csv = writeCsv(message);
    answer({ kind: "csv", csv }, [csv.buffer]);
  } else if (deps !== undefined) {
    const opened = openBatch(deps, message);
    answer({ kind: "opened", opened }, [opened.lines.buffer]);
  }
}

async function setUp({ secretKeys, gatewaySigningKey, organisationId }: OpeningSetup): Promise<ContactOpeningDeps> {
  const primitives = await loadBrowserPrimitives();
  const keys = secretKeys.map((secret) => {
    const { publicKey, secretKey } = primitives.deriveAgreementKeyPair(secret);
    secret.fill(0);
    return { publicKey, secretKey };
  });
  const opener = createContactOpener({ primitives }, { keys, gatewaySigningKey });
  for (const { secretKey } of keys) secretKey.destroy();
  return { primitives, opener, organisationId };
}
