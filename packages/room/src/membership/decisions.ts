/**
 * What commits have settled (docs/protocol/rooms.md §5.2): which restrictions hold, and how control blocks were judged. Commits that made no
 * control block final settle nothing, so moments are counted without them.
 */
import type { ControlSet } from "./control-sets.ts";

/** How a control block stands: all of it; all but what needed an admin; or nothing of it. */
export type Standing = "good" | "powerless" | "void";

/** How many commits with control blocks were known. */
export type Moment = number;

/** Grows with every commit. */
export class Decisions {
  /** Commit numbers that settled something, ascending. */
  readonly #commits: number[] = [];
  readonly #settledByMoment: (readonly number[])[] = [];
  readonly #finals = new Map<number, { readonly moment: Moment; readonly standing: Standing }>();
  readonly #restrictions = new Map<number, { readonly moment: Moment; readonly holds: boolean }>();
  #finalSet: ControlSet = 0;
  #commitCount = 0;

  /** How many commits are known. */
  get commitCount(): number {
    return this.#commitCount;
  }

  /** All control blocks that are final. */
  get finalSet(): ControlSet {
    return this.#finalSet;
  }

  /** The moment of whoever knew the first `commits` commits. */
  momentOf(commits: number): Moment {
    let low = 0;
    let high = this.#commits.length;
    // Almost always everything that was settled was known.
    if ((this.#commits.at(-1) ?? -1) < commits) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#commits[middle] ?? 0) < commits) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Control blocks that became final between two moments. */
  settledBetween(earlier: Moment, later: Moment): readonly number[] {
    return this.#settledByMoment.slice(earlier, later).flat();
  }

  /** How a control block was judged, if it was final at `moment`. */
  standingAt(moment: Moment, control: number): Standing | undefined {
    const final = this.#finals.get(control);
    return final !== undefined && final.moment < moment ? final.standing : undefined;
  }

  /** Whether a restriction was decided to hold, if it was decided at `moment`. */
  decisionAt(moment: Moment, restriction: number): boolean | undefined {
    const decision = this.#restrictions.get(restriction);
    return decision !== undefined && decision.moment < moment ? decision.holds : undefined;
  }

  /** Counts commits that settled nothing, up to `commits`. */
  skip(commits: number): void {
    this.#commitCount = commits;
  }

  /** The next commit, with what it settles. */
  commit({ finalSet, standings, holds }: CommitDecisions): void {
    const moment = this.#commits.length;
    if (standings.size > 0) {
      this.#commits.push(this.#commitCount);
      this.#settledByMoment.push([...standings.keys()]);
    }
    for (const [control, standing] of standings) this.#finals.set(control, { moment, standing });
    for (const [restriction, isHeld] of holds) this.#restrictions.set(restriction, { moment, holds: isHeld });
    this.#finalSet = finalSet;
    this.#commitCount += 1;
  }
}

/** What one commit settles. */
export interface CommitDecisions {
  /** Every control block that is final with this commit. */
  readonly finalSet: ControlSet;
  /** Of those that were not before: how they stand. */
  readonly standings: ReadonlyMap<number, Standing>;
  /** Of their restrictions: whether they hold. */
  readonly holds: ReadonlyMap<number, boolean>;
}
