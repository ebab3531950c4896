/** Where a new block would stand: what it builds on, and who is what there (docs/protocol/rooms.md §4.2, §7). */
import type { Bytes } from "@coterie/bytes";
import { type BlockIndex, compareBytes, oplogLimits } from "@coterie/oplog";
import type { ControlSet } from "../membership/control-sets.ts";
import type { Membership } from "../membership/membership.ts";
import { linkableHeads } from "./links.ts";
import type { RoomLog } from "./room-log.ts";

/** What is known where a block is written, and M of it. */
export interface BlockPlace {
  /** Hashes, ascending. */
  readonly links: readonly Bytes[];
  readonly lamport: number;
  readonly commits: number;
  readonly past: ControlSet;
  readonly membership: Membership;
}

/** The place of the next block of a writer. `previous`: its last one, if there is one. */
export function findBlockPlace(log: RoomLog, previous: BlockIndex | undefined): BlockPlace {
  const { dag, table, membershipLog } = log;
  const { sets, commits } = membershipLog;
  const parents = findParents(log, previous);
  const past = parents.reduce((set, parent) => sets.union(set, table.pastAndSelf(parent)), sets.empty);
  const links = parents.filter((parent) => parent !== previous);
  return {
    links: links.map((link) => dag.hash(link)).sort(compareBytes),
    lamport: parents.reduce((greatest, parent) => Math.max(greatest, dag.lamport(parent) + 1), 0),
    commits,
    past,
    membership: membershipLog.evaluate(past, commits),
  };
}

function findParents(log: RoomLog, previous: BlockIndex | undefined): readonly BlockIndex[] {
  const { dag, indexerEras, membershipLog } = log;
  const parentsFor = (indexers: ReadonlySet<number>): readonly BlockIndex[] => {
    const heads = linkableHeads(dag, { isLeftOut: (block) => isLeftOut(log, { block, indexers }) })
      .filter((head) => head !== previous)
      .slice(-oplogLimits.linksPerBlock);
    return previous === undefined ? heads : [previous, ...heads];
  };
  const now = indexerEras.since(membershipLog.commits);
  const parents = parentsFor(now);
  // A commit that nobody named before is shown by blocks of that era's indexers, void or not: who lacks them would wait for it for ever.
  const named = parents.reduce((greatest, parent) => Math.max(greatest, dag.commits(parent)), 0);
  const since = indexerEras.since(named);
  return since.size === now.size ? parents : parentsFor(since);
}

function isLeftOut(
  log: RoomLog,
  { block, indexers }: { readonly block: BlockIndex; readonly indexers: ReadonlySet<number> },
): boolean {
  const { order, dag, controls } = log;
  if (isCoveredByAnchor(log, block)) return true;
  if (order.isFinal(block) || indexers.has(dag.writer(block)) || !log.isVoid(block)) return false;
  const control = controls.findControl(block);
  // What a void removal contradicts is judged with it in sight only: without it, who it names would seem removed by others. But whom nothing
  // can give a right again would have everybody rotate for ever by what it goes on writing.
  return control === undefined || (log.membership.isLostControl(control) && !log.membership.renewsKey(control));
}

/** Of what came with a checkpoint the graph knows no edges; all of it is in the anchor's past. */
function isCoveredByAnchor({ order, table }: RoomLog, block: BlockIndex): boolean {
  return table.isContext(block) && block !== order.anchor;
}
