/** The one way from bytes that anyone may have served to keys that may be sealed to (docs/protocol/key-log.md §7). */
import { KeyLogNotPinnedError, KeyLogStaleError } from "./errors.ts";
import type { KeyLog, KeyLogDeps } from "./key-log.ts";
import { evaluateKeyLog, type KeyLogKeys } from "./key-state.ts";
import type { KeyLogPin, LogId } from "./log-id.ts";
import { type RememberedHead, requireContinues } from "./remembered-head.ts";
import { type ServedLog, verifyEntries } from "./verify-entries.ts";

/** What is verified, and against what. */
export interface VerifyKeyLogInput extends ServedLog {
  readonly nowMs: number;
  /** What {@link rememberHead} gave after the last verification; undefined says that this log was never seen here. */
  readonly rememberedHead: RememberedHead | undefined;
}

/** A log that is believed, and its keys now. */
export interface KeyLogState extends KeyLogKeys {
  readonly log: KeyLog;
  /**
   * "log": its id is pinned, so that every key of it is the organisation's. "key": only the active key's id is pinned; then
   * the lists hold pinned keys alone, and the log's rotations and revocations are hearsay.
   */
  readonly pinned: "log" | "key";
}

/**
 * The keys of an organisation now. Proves that the log is the pinned one, whole, in order, signed, not older than what is
 * remembered, and not expired. Does not prove that no newer entries are withheld: that shows when the key's validity ends.
 * Remember `rememberHead(state.log)` afterwards.
 * @throws KeyLogError with the code of the first check that fails, in the order of docs/protocol/key-log.md §7
 *
 * @example
 * import { parseKeyLogPin, verifyKeyLog } from "@coterie/key-log";
 * import { nodePrimitives } from "@coterie/primitives/node";
 *
 * async function activeKeyOf(organisation: string, entries: Uint8Array[], pin: string, nowMs: number) {
 *   const pins = [parseKeyLogPin(pin)];
 *   const { active } = await verifyKeyLog(nodePrimitives, { organisation, entries, pins, nowMs, rememberedHead: undefined });
 *   return active?.publicKey; // undefined: the organisation takes nothing now
 * }
 */
export async function verifyKeyLog(
  deps: KeyLogDeps,
  { organisation, entries, pins, nowMs, rememberedHead }: VerifyKeyLogInput,
): Promise<KeyLogState> {
  const log = await verifyContinued(deps, { organisation, entries, rememberedHead, pins });
  const keys = evaluateKeyLog(log, nowMs);
  const isLogPinned = pins.includes(log.logId);
  const state: KeyLogState = isLogPinned
    ? { ...keys, log, pinned: "log" }
    : { ...onlyPinned(keys, pins), log, pinned: "key" };
  if (state.isStale) throw new KeyLogStaleError();
  return state;
}

/**
 * The log for its own authority, to append to: also where its key has expired. The pin is the log's id, since an authority
 * knows its log.
 * @throws KeyLogError with the code of the first check that fails, in the order of docs/protocol/key-log.md §7
 */
export async function resumeKeyLog(
  deps: KeyLogDeps,
  { pin, ...input }: Pick<VerifyKeyLogInput, "organisation" | "entries" | "rememberedHead"> & { readonly pin: LogId },
): Promise<KeyLog> {
  return await verifyContinued(deps, { ...input, pins: [pin] });
}

async function verifyContinued(
  deps: KeyLogDeps,
  { rememberedHead, ...served }: Omit<VerifyKeyLogInput, "nowMs">,
): Promise<KeyLog> {
  const log = await verifyEntries(deps, served);
  if (rememberedHead !== undefined) await requireContinues(deps, { log, remembered: rememberedHead });
  return log;
}

// Anyone can make a log that names somebody's key: without the log's own pin, nothing but the pinned keys is believed.
function onlyPinned(keys: KeyLogKeys, pins: readonly KeyLogPin[]): KeyLogKeys {
  const isPinned = ({ keyId }: { readonly keyId: KeyLogPin }): boolean => pins.includes(keyId);
  if (keys.active !== undefined && !isPinned(keys.active)) throw new KeyLogNotPinnedError();
  return {
    ...keys,
    scheduled: keys.scheduled.filter(isPinned),
    inGrace: keys.inGrace.filter(isPinned),
    revoked: keys.revoked.filter(isPinned),
  };
}
