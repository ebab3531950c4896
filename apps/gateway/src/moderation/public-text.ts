/** Comments as they are told to anybody: still the person's own words, but none that take over the page around them. */

/** Marks that pile up on one letter until they cover the lines around it; no language needs as many. */
const towerOfMarks = /(\p{M}{8})\p{M}+/gu;

/**
 * The comment in one spelling: lines end in one way, at most one blank line between two, no space around, no letters that grow over
 * their neighbours. What could reverse or hide text was refused when it was taken in (docs/protocol/actions.md §6); markup is
 * left as it is, since whoever shows the text shows it as text.
 */
export function toPublicText(comment: string): string {
  const lines = comment.normalize("NFC").split(/\r\n|[\r\n\v\f\u2028\u2029]/);
  return lines
    .map((line) => line.trim())
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .replaceAll(towerOfMarks, "$1")
    .trim();
}

/** The day (UTC) of a time: when somebody signed to the second is told nobody who may compare it with other things. */
export function dayOf(atMs: number): number {
  const dayMs = 24 * 60 * 60 * 1000;
  return Math.floor(atMs / dayMs) * dayMs;
}
