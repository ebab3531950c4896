/**
 * Hiding small numbers in a table whose total is known (docs/protocol/counting.md §5). Numbers below five are hidden; where they could be
 * calculated from the total, the smallest of the others are hidden with them. What is hidden is not named, so nobody can tell it from nothing.
 */

/** The smallest number that is shown. */
export const smallestShown = 5;

/** One number. */
export interface Cell {
  readonly key: string;
  /** 0 or more. */
  readonly counted: number;
}

/** What may be shown of a table. */
export interface ShownCells<Shown extends Cell> {
  readonly cells: readonly Shown[];
  /** All others together. */
  readonly notShown: number;
}

/** Hides what must be hidden. Which cells that is follows from their numbers alone, not from their names or their order. */
export function hideSmallCells<Shown extends Cell>(cells: readonly Shown[]): ShownCells<Shown> {
  const filled = cells.filter(({ counted }) => counted > 0);
  let shownFrom = smallestShown;
  for (;;) {
    const shown = filled.filter(({ counted }) => counted >= shownFrom);
    const hidden = filled.filter(({ counted }) => counted < shownFrom);
    const notShown = hidden.reduce((sum, { counted }) => sum + counted, 0);
    const smallest = Math.min(...shown.map(({ counted }) => counted));
    if (shown.length === 0 || hidden.length === 0) return { cells: shown, notShown };
    // A single one is what is left of the total. Two of 1 are known by their sum, and so are those that are as large as hidden ones
    // can be where `smallest` is shown.
    const isAmbiguous = hidden.length > 1 && notShown >= smallestShown && notShown < hidden.length * (smallest - 1);
    if (isAmbiguous) return { cells: shown, notShown };
    // All that are equal go together: a choice among them would say something about those that were not chosen.
    shownFrom = smallest + 1;
  }
}
