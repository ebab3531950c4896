/**
 * How much work is asked (docs/protocol/abuse.md §3). A page that everybody signs makes everybody work a little; one network that
 * sends more and more works more and more. Both are bounded: a slow telephone must always get through in seconds.
 */
import type { ProofOfWorkMode } from "../db/abuse-schema.ts";

/** Submissions in the last minute, of the page and of the sender's network. */
export interface Load {
  readonly page: number;
  readonly network: number;
}

/** Up to so many a minute nothing is asked in "auto". */
export const freePerMinute: Load = { page: 120, network: 20 };

/** Hashes on average, by level; level 0 asks for none. */
export const hashesByLevel: readonly number[] = [0, 2 ** 14, 2 ** 15, 2 ** 16, 2 ** 17, 2 ** 18];

/** "on" asks for at least this level. */
const leastWhenOn = 2;

/** What the load of a page can ask of people who did nothing but come along with many others. */
const mostOfPage = 3;

/** The level that a submission needs. */
export function levelOf(mode: ProofOfWorkMode, load: Load): number {
  if (mode === "off") return 0;
  const ofPage = Math.min(mostOfPage, doublings(load.page / freePerMinute.page));
  const ofNetwork = Math.min(hashesByLevel.length - 1, doublings(load.network / freePerMinute.network));
  return Math.max(mode === "on" ? leastWhenOn : 0, ofPage, ofNetwork);
}

/** 0 below 1, then 1, and one more whenever it doubles. */
function doublings(ratio: number): number {
  return ratio < 1 ? 0 : 1 + Math.floor(Math.log2(ratio));
}
