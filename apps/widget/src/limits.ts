/** The widget's limits and times. */
export const widgetLimits: {
  readonly requestMs: number;
  readonly retryAfterMs: readonly number[];
  readonly challenges: number;
  readonly counterEveryMs: number;
  readonly answerCharacters: number;
  readonly receivers: number;
  readonly pins: number;
} = {
  /** One request; after that it counts as lost. */
  requestMs: 15_000,
  /** Waits before each repetition of a submission that found no answer. */
  retryAfterMs: [1000, 3000],
  /** Challenges of proof of work that are solved for one submission. */
  challenges: 3,
  counterEveryMs: 30_000,
  /** Room for two key logs of the most entries (docs/protocol/key-log.md §9). */
  answerCharacters: 1024 * 1024,
  /** An honest page has one or two receivers; more are read, so that the form can say that there are too many. */
  receivers: 20,
  pins: 20,
};

/** A frame's wish for height is kept within these, so that it cannot cover a site. */
export const frameHeightPixels: { readonly smallest: number; readonly largest: number } = {
  smallest: 200,
  largest: 6000,
};
