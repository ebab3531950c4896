/** Who were indexers when: a block shows what its author knew of commits, which only indexers' blocks do (docs/protocol/rooms.md §4.2). */

/** An era, or all of those before the checkpoint that this device began with. */
interface IndexerEra {
  /** How many commits there were before. */
  readonly since: number;
  /** Writers by their numbers. */
  readonly indexers: readonly number[];
}

/** The indexers of one room by the number of commits. */
export class IndexerEras {
  readonly #eras: IndexerEra[];

  /** From the genesis on, or from a checkpoint with the number of commits at it: then of the eras before it some are known, not when they were. */
  constructor(
    indexers: readonly number[],
    from?: { readonly commits: number; readonly indexersBefore: readonly number[] },
  ) {
    this.#eras =
      from === undefined
        ? [{ since: 0, indexers }]
        : [
            { since: 0, indexers: from.indexersBefore },
            { since: from.commits, indexers },
          ];
  }

  /** Notes who are indexers once there are `since` commits. */
  add(era: IndexerEra): void {
    this.#eras.push(era);
  }

  /** Everybody who was an indexer after `commits` commits, or later. */
  since(commits: number): ReadonlySet<number> {
    const found = new Set<number>();
    for (let i = this.#eras.length - 1; i >= 0; i--) {
      const era = this.#eras[i];
      for (const indexer of era?.indexers ?? []) found.add(indexer);
      if (era === undefined || era.since <= commits) break;
    }
    return found;
  }
}
