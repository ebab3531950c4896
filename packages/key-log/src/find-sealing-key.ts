/** The one question of a form in a visitor's browser: to which key of a pinned log may be sealed now? */
import { KeyLogStaleError } from "./errors.ts";
import type { KeyLogDeps } from "./key-log.ts";
import { type ActiveKey, evaluateCurrentKey } from "./key-state.ts";
import type { LogId } from "./log-id.ts";
import { verifyEntries } from "./verify-entries.ts";

/** A served log and the logs that are pinned. */
export interface SealingKeyInput {
  /** "corg1…": whose key is wanted. */
  readonly organisation: string;
  /** The encoded entries, first to last. */
  readonly entries: readonly Uint8Array[];
  /** The pinned logs; a log that is none of them is refused, also where it names a key that is pinned. */
  readonly logIds: readonly LogId[];
  readonly nowMs: number;
}

/**
 * The key to seal to; undefined where the organisation takes nothing now. The same checks in the same order as `verifyKeyLog`
 * with the logs as pins and nothing remembered, in a fraction of its code: a visitor's browser pays for every byte. Without
 * memory, the beginning of the true log is accepted until its key's validity ends (docs/protocol/key-log.md §11).
 * @throws KeyLogError with the code of the first check that fails, in the order of docs/protocol/key-log.md §7
 *
 * @example
 * import { findSealingKey, parseLogId } from "@coterie/key-log";
 * import { nodePrimitives } from "@coterie/primitives/node";
 *
 * async function keyToSealTo(organisation: string, entries: Uint8Array[], pin: string, nowMs: number) {
 *   const logIds = [parseLogId(pin)];
 *   return (await findSealingKey(nodePrimitives, { organisation, entries, logIds, nowMs }))?.publicKey;
 * }
 */
export async function findSealingKey(
  deps: KeyLogDeps,
  { organisation, entries, logIds, nowMs }: SealingKeyInput,
): Promise<ActiveKey | undefined> {
  const log = await verifyEntries(deps, { organisation, entries, pins: logIds });
  const { active, isStale } = evaluateCurrentKey(log, nowMs);
  if (isStale) throw new KeyLogStaleError();
  return active;
}
