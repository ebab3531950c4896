/** Rounds, votes and commits of one era: docs/protocol/rooms.md §4.2, steps 1 to 4. */
import { type Block, compareBlocks, isIn } from "./blocks.ts";

export interface Era {
  readonly number: number;
  /** The leader whose commit began it; nothing for the genesis. */
  readonly anchor: Block | undefined;
  readonly indexers: readonly string[];
  readonly mode: "majority" | "strict";
  /** What was found out: a round depends on a block's past alone. */
  readonly rounds: Map<Block, number>;
}

export function quorumOf({ indexers, mode }: Era): number {
  return mode === "majority" ? Math.floor(indexers.length / 2) + 1 : Math.floor((2 * indexers.length) / 3) + 1;
}

export function isCounted(era: Era, block: Block): boolean {
  return era.indexers.includes(block.writer) && (era.anchor === undefined || block.past.has(era.anchor));
}

/** Step 1: the round that a block with this past has. */
export function roundAfter(era: Era, past: Iterable<Block>): number {
  const counted = [...past].filter((block) => isCounted(era, block));
  if (counted.length === 0) return 0;
  const greatest = Math.max(...counted.map((block) => roundOf(era, block)));
  const indexers = new Set(counted.filter((block) => roundOf(era, block) === greatest).map(({ writer }) => writer));
  return indexers.size >= quorumOf(era) ? greatest + 1 : greatest;
}

export function roundOf(era: Era, block: Block): number {
  const known = era.rounds.get(block);
  if (known !== undefined) return known;
  const round = roundAfter(era, block.past);
  era.rounds.set(block, round);
  return round;
}

/** The vertices of indexers for a round: their first blocks of that round or a greater one; several after a fork. */
function verticesFor(era: Era, blocks: Iterable<Block>, round: number, writer?: string): Block[] {
  const reached = [...blocks].filter(
    (block) => (writer ?? block.writer) === block.writer && isCounted(era, block) && roundOf(era, block) >= round,
  );
  return reached.filter((block) => !reached.some((other) => other.writer === block.writer && block.past.has(other)));
}

function waveLength({ mode }: Era): number {
  return mode === "majority" ? 2 : 3;
}

/** Step 2: what may be the leader of a wave: one block, or several after a fork. */
export function leadersOf(era: Era, blocks: Iterable<Block>, wave: number): Block[] {
  const count = era.indexers.length;
  const writer = era.indexers[(wave + Math.floor(wave / count)) % count];
  if (writer === undefined) return [];
  const first = waveLength(era) * wave;
  const vertices = verticesFor(era, blocks, first, writer);
  return vertices.filter((block) => roundOf(era, block) <= first + 1).sort(compareBlocks);
}

function seenBy(block: Block): Block[] {
  return [...block.past, block];
}

function countWriters(blocks: readonly Block[]): number {
  return new Set(blocks.map(({ writer }) => writer)).size;
}

/** Step 3. */
function votersOf(era: Era, blocks: Iterable<Block>, { wave, leader }: { wave: number; leader: Block }): Block[] {
  const vertices = verticesFor(era, blocks, waveLength(era) * wave + 1);
  return vertices.filter(
    (vertex) => isIn(leader, vertex) && (era.mode === "majority" || leadersOf(era, seenBy(vertex), wave).length === 1),
  );
}

/** Step 3, strict: vertices that see votes of a quorum. */
export function certifiersOf(era: Era, blocks: Iterable<Block>, about: { wave: number; leader: Block }): Block[] {
  const vertices = verticesFor(era, blocks, waveLength(era) * about.wave + 2);
  return vertices.filter((vertex) => countWriters(votersOf(era, seenBy(vertex), about)) >= quorumOf(era));
}

function commitsDirectly(era: Era, blocks: Iterable<Block>, about: { wave: number; leader: Block }): boolean {
  const confirming = era.mode === "majority" ? votersOf(era, blocks, about) : certifiersOf(era, blocks, about);
  return countWriters(confirming) >= quorumOf(era);
}

/** Step 4: whether a leader commits because a later one does. */
function commitsThrough(era: Era, later: Block, about: { wave: number; leader: Block }): boolean {
  return era.mode === "majority" ? isIn(about.leader, later) : certifiersOf(era, seenBy(later), about).length > 0;
}

/** The leaders that commit in an era, oldest first, as far as a set of blocks shows. */
export function leadersIn(era: Era, blocks: ReadonlySet<Block>): Block[] {
  const counted = [...blocks].filter((block) => isCounted(era, block));
  if (era.indexers.length === 1) return counted.sort(compareBlocks);
  const committed: Block[] = [];
  const lastRound = Math.max(-1, ...counted.map((block) => roundOf(era, block)));
  let next = 0;
  for (let wave = 0; waveLength(era) * wave <= lastRound; wave++) {
    const direct = leadersOf(era, blocks, wave).find((leader) => commitsDirectly(era, blocks, { wave, leader }));
    if (direct === undefined) continue;
    const found = [direct];
    for (let earlier = wave - 1; earlier >= next; earlier--) {
      const last = found[0] ?? direct;
      const candidates = leadersOf(era, blocks, earlier);
      const through = candidates.find((leader) => commitsThrough(era, last, { wave: earlier, leader }));
      if (through !== undefined) found.unshift(through);
    }
    committed.push(...found);
    next = wave + 1;
  }
  return committed;
}
