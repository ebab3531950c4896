/** Which blocks a new one links to (docs/protocol/rooms.md §4.2): everything known, save what is void and was linked by nobody else. */
import type { BlockIndex, Dag } from "@coterie/oplog";

/** What is asked of blocks. */
export interface LinkRules {
  /** Whether a block shall stay outside: void, not final, and not of an indexer. */
  readonly isLeftOut: (block: BlockIndex) => boolean;
}

/**
 * The blocks that together reach everything that is not left out, ascending: heads, and for heads that are left out the nearest
 * ancestors that are not. A block that another one of them reaches may be among them: it costs a link, nothing else.
 */
export function linkableHeads(dag: Dag, { isLeftOut }: LinkRules): readonly BlockIndex[] {
  const heads = dag.heads();
  if (!heads.some((head) => isLeftOut(head))) return heads;
  const found = new Set<BlockIndex>();
  const seen = new Set<BlockIndex>();
  const open = [...heads];
  for (let block = open.pop(); block !== undefined; block = open.pop()) {
    if (seen.has(block)) continue;
    seen.add(block);
    if (isLeftOut(block)) open.push(...dag.parents(block));
    else found.add(block);
  }
  return withoutCovered(dag, found);
}

// Ancestors of void heads are mostly covered by the heads of others: those are dropped as far as a walk of the found ones shows it.
function withoutCovered(dag: Dag, found: ReadonlySet<BlockIndex>): readonly BlockIndex[] {
  const least = Math.min(...found);
  const covered = new Set<BlockIndex>();
  const open = [...found].flatMap((block) => dag.parents(block));
  const seen = new Set<BlockIndex>();
  for (let block = open.pop(); block !== undefined; block = open.pop()) {
    if (block < least || seen.has(block)) continue;
    seen.add(block);
    if (found.has(block)) covered.add(block);
    open.push(...dag.parents(block));
  }
  return [...found].filter((block) => !covered.has(block)).sort((a, b) => a - b);
}
