/** Reachability in the graph, for the few questions that need it. */
import type { BlockIndex, Dag } from "@coterie/oplog";

/** Whether `earlier` is in the past of `later`, or is it. Walks what lies between their lamports. */
export function isInPast(
  dag: Dag,
  { earlier, later }: { readonly earlier: BlockIndex; readonly later: BlockIndex },
): boolean {
  const least = dag.lamport(earlier);
  const seen = new Set<BlockIndex>([later]);
  // A set grows while it is walked.
  for (const block of seen) {
    if (block === earlier) return true;
    for (const parent of dag.parents(block)) if (parent >= earlier && dag.lamport(parent) >= least) seen.add(parent);
  }
  return false;
}
