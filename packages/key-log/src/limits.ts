/** The limits of this package (docs/protocol/key-log.md §9). */

/** Limits, tested at limit - 1, limit and limit + 1. */
export const keyLogLimits: {
  readonly entries: number;
  readonly entryLengthBytes: number;
  readonly validityMs: number;
  readonly latestTimeMs: number;
  readonly plannedChanges: number;
} = {
  /** Entries of one log: a rotation a week for almost ten years. */
  entries: 1000,
  /** One encoded entry. The largest kind has 290. */
  entryLengthBytes: 512,
  /** Two years, one of them a leap year: how long a rolled-back log can stay credible to a client without memory (§8). */
  validityMs: 731 * 24 * 60 * 60 * 1000,
  /** The last time that a `Date` can show, so that no entry crashes who displays it. */
  latestTimeMs: 8_640_000_000_000_000,
  /** Times ahead at which a log says something else about its keys: what a gateway looks forward. */
  plannedChanges: 256,
};
