/** Which blocks a new one links to (docs/protocol/rooms.md §4.2): everything known, save what is void and was linked by nobody else. */
import type { BlockIndex, Dag } from "@coterie/oplog";

/** What is asked of blocks. */
export interface LinkRules {
  /** Whether a block shall stay outside: void, not final, and not of an indexer. */
  readonly isLeftOut: (block: BlockIndex) => boolean;
  /** Whether a block that is left out stays so for good, whatever comes: then it is not looked at again. */
  readonly isLost: (block: BlockIndex) => boolean;
  /** Of final blocks all but the last one are in its past. */
  readonly isFinal: (block: BlockIndex) => boolean;
  /** The last final block; undefined where nothing is final. */
  readonly lastFinal: BlockIndex | undefined;
}

/** Finds links in one graph. What the removed leave behind stays among its heads for ever, and is walked once. */
export class LinkFinder {
  readonly #dag: Dag;
  /** Lost blocks below which there is nothing to link to but what is final. */
  readonly #settled = new Set<BlockIndex>();

  constructor(dag: Dag) {
    this.#dag = dag;
  }

  /**
   * The blocks that together reach everything that is not left out, ascending: heads, and for heads that are left out the nearest
   * ancestors that are not.
   */
  find(rules: LinkRules): readonly BlockIndex[] {
    const dag = this.#dag;
    const heads = dag.heads();
    const found = new Set<BlockIndex>();
    const leftOut = new Set<BlockIndex>();
    const open = [...heads];
    for (let block = open.pop(); block !== undefined; block = open.pop()) {
      if (leftOut.has(block) || found.has(block)) continue;
      if (!rules.isLeftOut(block)) found.add(block);
      else {
        leftOut.add(block);
        if (!this.#settled.has(block)) open.push(...dag.parents(block));
      }
    }
    if (leftOut.size === 0) return heads;
    this.#remember(
      [...leftOut].sort((a, b) => a - b),
      rules,
    );
    return withoutCovered(dag, { found, rules });
  }

  #remember(ascending: readonly BlockIndex[], { isLost, isFinal, lastFinal }: LinkRules): void {
    const isDone = (parent: BlockIndex): boolean =>
      this.#settled.has(parent) || (isFinal(parent) && parent !== lastFinal);
    for (const block of ascending)
      if (!this.#settled.has(block) && this.#dag.parents(block).every(isDone) && isLost(block))
        this.#settled.add(block);
  }
}

/** Ancestors of void heads are mostly covered by the heads of others. What is final is not walked: a room is as long as its life. */
function withoutCovered(
  dag: Dag,
  { found, rules: { isFinal, lastFinal } }: { readonly found: ReadonlySet<BlockIndex>; readonly rules: LinkRules },
): readonly BlockIndex[] {
  const wanted = [...found].filter((block) => block === lastFinal || !isFinal(block));
  const covered = new Set<BlockIndex>();
  const seen = new Set<BlockIndex>();
  const open = wanted.flatMap((block) => (isFinal(block) ? [] : dag.parents(block)));
  for (let block = open.pop(); block !== undefined; block = open.pop()) {
    if (seen.has(block)) continue;
    seen.add(block);
    if (found.has(block)) covered.add(block);
    if (!isFinal(block)) open.push(...dag.parents(block));
  }
  return wanted.filter((block) => !covered.has(block)).sort((a, b) => a - b);
}
