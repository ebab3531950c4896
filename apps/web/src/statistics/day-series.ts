/** The days of a table as a row without holes, for drawing. */

/** One day. `count` is undefined where it is not shown, or nobody signed. */
export interface DayCount {
  /** Midnight in UTC. */
  readonly atMs: number;
  readonly count: number | undefined;
}

const dayMs = 86_400_000;
/** Two years: a table with more days is drawn from its end. */
const drawnDays = 731;

/** From the first day that is shown to the last. Keys that are no days are left out. */
export function daySeries(rows: readonly { readonly key: string; readonly counted: bigint }[]): readonly DayCount[] {
  const countByMs = new Map<number, number>();
  for (const { key, counted } of rows) {
    const atMs = /^\d{4}-\d\d-\d\d$/.test(key) ? Date.parse(`${key}T00:00:00Z`) : Number.NaN;
    if (!Number.isNaN(atMs)) countByMs.set(atMs, Number(counted));
  }
  if (countByMs.size === 0) return [];
  const last = Math.max(...countByMs.keys());
  const first = Math.max(Math.min(...countByMs.keys()), last - (drawnDays - 1) * dayMs);
  const days = (last - first) / dayMs + 1;
  return Array.from({ length: days }, (_, index) => {
    const atMs = first + index * dayMs;
    return { atMs, count: countByMs.get(atMs) };
  });
}

/** A round number at or above the greatest, for the top of a plot: 1, 2 or 5 times a power of ten. */
export function roundTop(greatest: number): number {
  if (greatest <= 5) return 5;
  const power = 10 ** Math.floor(Math.log10(greatest));
  const factor = [1, 2, 5, 10].find((times) => times * power >= greatest) ?? 10;
  return factor * power;
}
