/** The tables of counting as the query builder sees them (docs/protocol/counting.md). */
import type { Bytes } from "@coterie/bytes";

/** Where a fingerprint tells persons apart. */
export type FingerprintScope = "campaign" | "organisation";

/** What a fingerprint was made of. */
export type FingerprintKind = "email" | "identity";

/**
 * One action's person, by keyed fingerprint: one row for its campaign, one for each organisation that received a contact. Rows go with
 * their action, when it is refused, or when its person is erased.
 */
export interface FingerprintTable {
  readonly action_id: Bytes;
  readonly scope_kind: FingerprintScope;
  /** The campaign's id or the organisation's. */
  readonly scope_id: Bytes;
  readonly kind: FingerprintKind;
  /** 32 bytes, different in every scope. */
  readonly fingerprint: Bytes;
  /**
   * In a campaign: 0 for the person's first accepted action, which counts, then 1, 2 …; null while the action awaits confirmation, and
   * for organisations.
   */
  readonly rank: number | null;
}

/** What actions are counted by. */
export type CountDimension = "day" | "area" | "source";

/** How many actions of a page fell on a day, into an area, came from a source: numbers only, of no single person. */
export interface PageCountTable {
  readonly page_id: Bytes;
  readonly dimension: CountDimension;
  /** "2026-11-22" (UTC); "PL 00", "PL" or "" (unknown); a source, "" (none) or "*" (too long, or beyond the most that are kept). */
  readonly value: string;
  readonly counted: number;
  /** Accepted, but not the person's first of the campaign. Only of days. */
  readonly duplicates: number;
}
