/**
 * When each key of a log takes contacts. Between two times that a log names nothing changes, so that the log's own rules are
 * asked once for each such interval, and no second set of rules exists here or in SQL.
 */
import type { Bytes } from "@coterie/bytes";
import { evaluateKeyLog, type KeyLog, type KeyLogKeys, keyLogLimits, plannedChanges } from "@coterie/key-log";
import { keyIdBytes } from "@coterie/sealed-box/seal";
import { RefusedError } from "../errors.ts";

/** One key and one stretch of time in which it is sealed to (active) or still accepted. */
export interface KeyWindow {
  readonly keyId: Bytes;
  readonly fromMs: number;
  /** Not included. */
  readonly untilMs: number;
  readonly isActive: boolean;
}

const endOfTimeMs = Number.MAX_SAFE_INTEGER;

/** The windows from `nowMs` on. Throws RefusedError "too-large" where a log plans more changes than are looked ahead. */
export function keyWindows(log: KeyLog, nowMs: number): readonly KeyWindow[] {
  const times = plannedChanges(log, nowMs);
  if (times.length > keyLogLimits.plannedChanges) throw new RefusedError("too-large");
  return [nowMs, ...times].flatMap((atMs, index) => {
    // What holds now held before as well, as far as anybody asks: another gateway's clock may be a little behind.
    const span = { fromMs: index === 0 ? 0 : atMs, untilMs: times[index] ?? endOfTimeMs };
    return windowsOf(evaluateKeyLog(log, atMs), span);
  });
}

function windowsOf({ active, inGrace }: KeyLogKeys, span: Pick<KeyWindow, "fromMs" | "untilMs">): readonly KeyWindow[] {
  const accepted = inGrace.map(({ keyId }) => ({ keyId: keyIdBytes(keyId), ...span, isActive: false }));
  return active === undefined ? accepted : [{ keyId: keyIdBytes(active.keyId), ...span, isActive: true }, ...accepted];
}
