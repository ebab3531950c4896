/** How many indexers decide, and how many rounds it takes them: docs/protocol/rooms.md §4.2. */

/**
 * `majority` survives indexers that are away (fewer than half), but not one that signs two blocks in one place;
 * `strict` also survives fewer than a third of such liars, at the price of a round more and of two thirds that must be there.
 */
export type FinalityMode = "majority" | "strict";

/** Rounds of a wave: the leader's, that of the votes, and in strict mode that of the certificates. */
export function roundsPerWave(mode: FinalityMode): number {
  return mode === "strict" ? 3 : 2;
}

/** How many of `indexers` indexers finalise: any two quorums share one indexer, in strict mode one that does not lie. */
export function quorumOf(mode: FinalityMode, indexers: number): number {
  return Math.floor(mode === "strict" ? (2 * indexers) / 3 : indexers / 2) + 1;
}
