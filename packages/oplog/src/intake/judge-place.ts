/** Whether what a block says of its place is true, docs/protocol/rooms.md §2.2. It depends on the block and on what it builds on alone. */
import { isAllZero } from "@coterie/bytes";
import type { BlockIndex, Dag } from "../dag/dag.ts";
import type { ControlPrefix } from "../format/control-prefix.ts";
import type { BlockHeader } from "../format/header.ts";
import type { BlockRefusalReason } from "./intake-result.ts";

/** The parents of a block, or what is wrong with it. */
export type PlaceJudgement =
  | { readonly kind: "right"; readonly parents: readonly BlockIndex[] }
  | { readonly kind: "refused"; readonly reason: BlockRefusalReason };

/** Judges a block whose parents are all in the graph. */
export function judgePlace(
  dag: Dag,
  { header: { previous, seq, writer }, control }: { readonly header: BlockHeader; readonly control: ControlPrefix },
): PlaceJudgement {
  const parents: BlockIndex[] = [];
  if (!isAllZero(previous)) {
    const before = dag.find(previous);
    if (before === undefined || dag.seq(before) + 1 !== seq || dag.writer(before) !== dag.writerIndex(writer))
      return { kind: "refused", reason: "wrong-previous" };
    parents.push(before);
  }
  for (const link of control.links) {
    const linked = dag.find(link);
    if (linked !== undefined) parents.push(linked);
  }
  let lamport = 0;
  let commits = 0;
  for (const parent of parents) {
    lamport = Math.max(lamport, dag.lamport(parent) + 1);
    commits = Math.max(commits, dag.commits(parent));
  }
  if (control.lamport !== lamport) return { kind: "refused", reason: "wrong-lamport" };
  if (control.commits < commits) return { kind: "refused", reason: "commits-decrease" };
  return { kind: "right", parents };
}
