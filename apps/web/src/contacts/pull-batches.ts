/** Pulling batch after batch of sealed contacts, from the first on. A pull that fails for a while is tried again. */
import { OrganisationService } from "@coterie/protocol";
import { GatewayMisbehavedError, GatewayRefusedError, GatewayUnreachableError } from "../errors.ts";
import { type PulledBatch, readPulledBatch } from "../gateway/pulled-batch.ts";
import { type CallDeps, callForBytes } from "../gateway/unary-call.ts";
import { webLimits } from "../limits.ts";

/** What pulling needs. */
export interface PullDeps {
  readonly calls: CallDeps;
  /** Waits, or rejects when the signal says so. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** One batch, still sealed. */
export interface SealedBatch extends PulledBatch {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The cursor before the first contact: everything, also what was acknowledged. Nothing is acknowledged here. */
const firstCursor = "0";

/** All batches. Throws GatewayRefusedError, GatewayUnreachableError, GatewayMisbehavedError, or what the signal says. */
export async function* pullBatches(deps: PullDeps, signal: AbortSignal): AsyncGenerator<SealedBatch> {
  let cursor = firstCursor;
  for (;;) {
    const bytes = await pullPatiently(deps, { cursor, signal });
    const batch = readPulledBatch(bytes);
    if (batch.contacts > 0) yield { ...batch, bytes };
    if (!batch.more) return;
    // Else the same batch would come for ever.
    if (batch.nextCursor === cursor || batch.nextCursor === "") {
      throw new GatewayMisbehavedError("a cursor that does not move");
    }
    cursor = batch.nextCursor;
  }
}

async function pullPatiently(
  { calls, wait }: PullDeps,
  { cursor, signal }: { readonly cursor: string; readonly signal: AbortSignal },
): Promise<Uint8Array<ArrayBuffer>> {
  const method = OrganisationService.method.pullContacts;
  for (let tries = 1; ; tries++) {
    try {
      return await callForBytes(calls, { method, input: { cursor, limit: webLimits.pullContacts }, signal });
    } catch (error) {
      if (tries === webLimits.pullTries || !passes(error)) throw error;
    }
    await wait(500 * 2 ** tries, signal);
  }
}

function passes(error: unknown): boolean {
  if (error instanceof GatewayUnreachableError) return true;
  return error instanceof GatewayRefusedError && ["unavailable", "rate-limited", "internal"].includes(error.reason);
}
