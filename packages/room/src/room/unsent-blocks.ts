/** What of its own blocks a device never sent (docs/protocol/rooms.md §10.4): nobody else can have them, so they can be taken back. */
import type { Bytes } from "@coterie/bytes";
import type { BlockIndex, Dag, WriterHead } from "@coterie/oplog";
import type { RoomLog } from "./room-log.ts";

/** Whose blocks they are, and what was sent. */
export interface UnsentInput {
  /** The writer that was given up. */
  readonly lost: Bytes;
  /** All writers of this device. */
  readonly own: readonly Bytes[];
  /** Heads that others have, of whatever writers. */
  readonly sent: readonly WriterHead[];
}

/**
 * Own blocks that nobody else has and that follow what is to be given up: those of the lost writer, and all that build on them, in their order. A
 * block that somebody else built on was sent, whatever is known of it, and so was everything before it.
 */
export function findUnsent({ dag, table }: Pick<RoomLog, "dag" | "table">, input: UnsentInput): readonly BlockIndex[] {
  const lost = dag.writerIndex(input.lost);
  const sentSeqs = sentSeqsOf(dag, input);
  const unsent = new Set<BlockIndex>();
  const published: BlockIndex[] = [];
  for (let block = 0; block < dag.size; block++) {
    if (table.isContext(block)) continue;
    const sentSeq = sentSeqs.get(dag.writer(block));
    const isSent = sentSeq === undefined || dag.seq(block) <= sentSeq;
    const follows = dag.parents(block).some((parent) => unsent.has(parent));
    if (isSent && follows) published.push(block);
    else if (!isSent && (follows || dag.writer(block) === lost)) unsent.add(block);
  }
  for (let block = published.pop(); block !== undefined; block = published.pop())
    for (const parent of dag.parents(block)) if (unsent.delete(parent)) published.push(parent);
  return [...unsent].sort((a, b) => a - b);
}

/**
 * Whether it can be told from here what was sent: not where blocks below the checkpoint that this log began with may not have been.
 */
export function isSentBelow(log: Pick<RoomLog, "dag" | "baseHeads">, input: UnsentInput): boolean {
  const { dag } = log;
  const sentSeqs = sentSeqsOf(dag, input);
  return log.baseHeads().every((head) => dag.seq(head) <= (sentSeqs.get(dag.writer(head)) ?? dag.seq(head)));
}

/** The last seq of each own writer that is with others; -1 where none is. Heads of branches that are not here say nothing of those that are. */
function sentSeqsOf(dag: Dag, { own, sent }: UnsentInput): ReadonlyMap<number, number> {
  const seqs = new Map<number, number>();
  for (const writer of own) {
    const number = dag.writerIndex(writer);
    if (number !== undefined) seqs.set(number, -1);
  }
  for (const { hash } of sent) {
    const block = dag.find(hash);
    const known = block === undefined ? undefined : seqs.get(dag.writer(block));
    if (block !== undefined && known !== undefined) seqs.set(dag.writer(block), Math.max(known, dag.seq(block)));
  }
  return seqs;
}
