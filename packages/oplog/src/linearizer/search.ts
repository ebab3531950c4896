/** Which vertices of an indexer that forked a block sees: the one question that rounds alone do not answer. */
import type { OrderedDag } from "./ordered-dag.ts";

interface Seen {
  readonly seenRound: (block: number, slot: number) => number;
}

/** A block, and vertices of one indexer for one round. */
export interface VertexSearch {
  readonly block: number;
  readonly slot: number;
  readonly round: number;
  readonly vertices: readonly number[];
}

/** Those of `vertices` that are `block` or in its past. Visits only blocks that see a block of the indexer from that round on. */
export function findVertices(dag: OrderedDag, era: Seen, { block, slot, round, vertices }: VertexSearch): number[] {
  const lowest = vertices.reduce((least, vertex) => Math.min(least, vertex), block);
  const visited = new Set([block]);
  const open = [block];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const parent of dag.parents(next)) {
      if (parent < lowest || visited.has(parent) || era.seenRound(parent, slot) < round) continue;
      visited.add(parent);
      open.push(parent);
    }
  }
  return vertices.filter((vertex) => visited.has(vertex));
}
