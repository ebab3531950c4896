/** How far opening is, how fast it goes, and how long it may still take. */

/** What is shown while contacts are opened. */
export interface OpeningProgress {
  readonly looked: number;
  /** Exact once everything was pulled; before that an estimate, or undefined. */
  readonly total: number | undefined;
  readonly totalIsExact: boolean;
  /** Contacts a second over the last seconds; undefined in the beginning. */
  readonly perSecond: number | undefined;
  readonly secondsLeft: number | undefined;
}

/** Measures the rate over the last seconds. */
export interface ProgressMeter {
  readonly measure: (counts: {
    readonly looked: number;
    readonly pulled: number;
    readonly allPulled: boolean;
  }) => OpeningProgress;
}

const windowMs = 5000;

/** A meter that starts now. `estimate`: how many contacts there may be, from what stands in clear. */
export function createProgressMeter(
  { now }: { readonly now: () => number },
  { estimate }: { readonly estimate: number | undefined },
): ProgressMeter {
  const samples: { readonly atMs: number; readonly looked: number }[] = [{ atMs: now(), looked: 0 }];
  return {
    measure({ looked, pulled, allPulled }) {
      const atMs = now();
      samples.push({ atMs, looked });
      while (samples.length > 2 && (samples[0]?.atMs ?? atMs) < atMs - windowMs) samples.shift();
      const [first = { atMs, looked }] = samples;
      const seconds = (atMs - first.atMs) / 1000;
      const perSecond = seconds > 0.5 && looked > first.looked ? (looked - first.looked) / seconds : undefined;
      const total = allPulled ? pulled : estimate === undefined ? undefined : Math.max(estimate, pulled);
      const secondsLeft =
        total === undefined || perSecond === undefined ? undefined : Math.ceil((total - looked) / perSecond);
      return { looked, total, totalIsExact: allPulled, perSecond, secondsLeft };
    },
  };
}
