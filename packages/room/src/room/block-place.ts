/** Where a new block would stand: what it builds on, and who is what there (docs/protocol/rooms.md §4.2, §7). */
import type { Bytes } from "@coterie/bytes";
import { type BlockIndex, compareBytes, oplogLimits } from "@coterie/oplog";
import type { ControlSet } from "../membership/control-sets.ts";
import type { Membership } from "../membership/membership.ts";
import { LinkFinder } from "./links.ts";
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

/** Finds the places of new blocks in one room. */
export class BlockPlaces {
  readonly #log: RoomLog;
  readonly #links: LinkFinder;

  constructor(log: RoomLog) {
    this.#log = log;
    this.#links = new LinkFinder(log.dag);
  }

  /** The place of the next block of a writer. `previous`: its last one, if there is one. */
  find(previous: BlockIndex | undefined): BlockPlace {
    const { dag, table, membershipLog } = this.#log;
    const { sets, commits } = membershipLog;
    const parents = this.#findParents(previous);
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

  #findParents(previous: BlockIndex | undefined): readonly BlockIndex[] {
    const { dag, indexerEras, membershipLog } = this.#log;
    const now = indexerEras.since(membershipLog.commits);
    const parents = this.#parentsFor(now, previous);
    // A commit that nobody named before is shown by blocks of that era's indexers, void or not: who lacks them would wait for it for ever.
    const named = parents.reduce((greatest, parent) => Math.max(greatest, dag.commits(parent)), 0);
    const since = indexerEras.since(named);
    return since.size === now.size ? parents : this.#parentsFor(since, previous);
  }

  #parentsFor(indexers: ReadonlySet<number>, previous: BlockIndex | undefined): readonly BlockIndex[] {
    const log = this.#log;
    const heads = this.#links
      .find({
        isLeftOut: (block) => isLeftOut(log, { block, indexers }),
        isLost: (block) => isLost(log, block),
        isFinal: (block) => log.order.isFinal(block),
        lastFinal: lastFinal(log),
      })
      .filter((head) => head !== previous)
      .slice(-oplogLimits.linksPerBlock);
    return previous === undefined ? heads : [previous, ...heads];
  }
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

/** Whether a block that is left out stays so: unless its writer was an indexer, whose void blocks may show a commit, or it holds a key. */
function isLost(log: RoomLog, block: BlockIndex): boolean {
  if (isCoveredByAnchor(log, block)) return true;
  const { table, dag, controls, indexerEras, membership } = log;
  if (indexerEras.since(0).has(dag.writer(block))) return false;
  const control = controls.findControl(block);
  if (control !== undefined && membership.holdsKey(control)) return false;
  return table.isVoidByItself(block) || controls.isLostBy(membership, block);
}

/** Of what came with a checkpoint the graph knows no edges; all of it is in the anchor's past. */
function isCoveredByAnchor({ order, table }: RoomLog, block: BlockIndex): boolean {
  return table.isContext(block) && block !== order.anchor;
}

/** The leader of the last commit: its segment ends with it, and it ended an era that nothing followed yet. */
function lastFinal({ order }: RoomLog): BlockIndex | undefined {
  if (order.position > order.eraStart.position) return order.at(order.position - 1);
  return order.anchor < 0 ? undefined : order.anchor;
}
