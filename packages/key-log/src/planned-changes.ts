/** The times at which the state of a key changes by itself (docs/protocol/key-log.md §6). */
import type { KeyLog } from "./key-log.ts";

/**
 * The times after `nowMs` at which a log may say something else about its keys, in order, each once. Between two of them nothing changes.
 * A gateway takes a log only where they are at most `keyLogLimits.plannedChanges`, so that an authority looks before it signs.
 */
export function plannedChanges({ activations, retirements, entries }: KeyLog, nowMs: number): readonly number[] {
  const times = [
    ...activations.flatMap(({ validFromMs, validUntilMs }) => [validFromMs, validUntilMs]),
    ...[...retirements.values()].map(({ graceUntilMs }) => graceUntilMs),
    ...entries.map(({ createdAtMs }) => createdAtMs),
  ];
  return [...new Set(times)].filter((time) => time > nowMs).sort((left, right) => left - right);
}
