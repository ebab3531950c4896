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
  const indexers = new Set(log.order.indexers);
  const heads = linkableHeads(dag, { isLeftOut: (block) => isLeftOut(log, { block, indexers }) })
    .filter((head) => head !== previous)
    .slice(-oplogLimits.linksPerBlock);
  const parents = previous === undefined ? heads : [previous, ...heads];
  const { sets } = membershipLog;
  const past = parents.reduce((set, parent) => sets.union(set, table.pastAndSelf(parent)), sets.empty);
  const commits = membershipLog.commits;
  return {
    links: heads.map((head) => dag.hash(head)).sort(compareBytes),
    lamport: parents.reduce((greatest, parent) => Math.max(greatest, dag.lamport(parent) + 1), 0),
    commits,
    past,
    membership: membershipLog.evaluate(past, commits),
  };
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
  return control === undefined || log.membership.isLostControl(control);
}

/** Of what came with a checkpoint the graph knows no edges; all of it is in the anchor's past. */
function isCoveredByAnchor({ order, table }: RoomLog, block: BlockIndex): boolean {
  return table.isContext(block) && block !== order.anchor;
}
