/**
 * Finality by the book: docs/protocol/rooms.md §4.2 said again with sets, over all blocks at once, without a thought of speed. A vertex
 * for a round is a counted block of that round or a greater one whose past holds none of the same indexer.
 */
import { compareBlocks, type TestBlock } from "./linearizer-dag.ts";

export interface TwinInput {
  /** Closed under parents, parents first. */
  readonly blocks: readonly TestBlock[];
  readonly mode: "majority" | "strict";
  readonly indexers: readonly number[];
  readonly interval: number;
  /** Of the leaders that commit directly, the earliest or the latest is looked at first: by the proof it makes no difference. */
  readonly first: "earliest" | "latest";
}

export interface TwinOrder {
  readonly final: readonly TestBlock[];
  readonly tail: readonly TestBlock[];
  readonly commits: number;
  readonly era: number;
}

type Blocks = ReadonlySet<TestBlock>;

export function linearizeByTheBook(input: TwinInput): TwinOrder {
  const pasts = computePasts(input.blocks);
  const final = new Set<TestBlock>();
  let { indexers } = input;
  let anchor: TestBlock | undefined;
  let anchorPosition = 0;
  let commits = 0;
  let era = 0;
  for (;;) {
    const eraRules = createEra(input, pasts, { anchor, indexers });
    let ended = false;
    let lastWave = -1;
    while (!ended) {
      const found = eraRules.nextLeaders(lastWave, final);
      if (found === undefined) break;
      for (const leader of found.leaders) {
        const segment = [...past(pasts, leader), leader].filter((block) => !final.has(block)).sort(compareBlocks);
        for (const block of segment) final.add(block);
        commits++;
        const next = segment.findLast((block) => block.indexers !== undefined)?.indexers ?? indexers;
        if (next.join() !== indexers.join() || final.size - anchorPosition >= input.interval) {
          [anchor, indexers, anchorPosition, ended] = [leader, next, final.size, true];
          break;
        }
      }
      lastWave = found.wave;
    }
    if (!ended) break;
    era++;
  }
  const tail = input.blocks.filter((block) => !final.has(block)).sort(compareBlocks);
  return { final: [...final], tail, commits, era };
}

function computePasts(blocks: readonly TestBlock[]): ReadonlyMap<TestBlock, Blocks> {
  const pasts = new Map<TestBlock, Blocks>();
  for (const block of blocks) {
    pasts.set(block, new Set(block.parents.flatMap((parent) => [parent, ...past(pasts, parent)])));
  }
  return pasts;
}

function past(pasts: ReadonlyMap<TestBlock, Blocks>, block: TestBlock): Blocks {
  const found = pasts.get(block);
  if (found === undefined) throw new Error("a parent comes after its child");
  return found;
}

interface EraRules {
  readonly nextLeaders: (
    lastWave: number,
    final: Blocks,
  ) => { readonly wave: number; readonly leaders: readonly TestBlock[] } | undefined;
}

function createEra(
  { blocks, mode, first }: TwinInput,
  pasts: ReadonlyMap<TestBlock, Blocks>,
  { anchor, indexers }: { readonly anchor: TestBlock | undefined; readonly indexers: readonly number[] },
): EraRules {
  const strict = mode === "strict";
  const d = strict ? 3 : 2;
  const q = Math.floor(strict ? (2 * indexers.length) / 3 : indexers.length / 2) + 1;
  const isBefore = (a: TestBlock, b: TestBlock): boolean => past(pasts, b).has(a);
  const writersOf = (some: readonly TestBlock[]): number => new Set(some.map(({ writer }) => writer)).size;
  const counted = blocks.filter((b) => indexers.includes(b.writer) && (anchor === undefined || isBefore(anchor, b)));

  const rounds = new Map<TestBlock, number>();
  for (const block of counted) {
    const before = counted.filter((other) => isBefore(other, block));
    const greatest = Math.max(-1, ...before.map((other) => rounds.get(other) ?? -1));
    const inGreatest = before.filter((other) => rounds.get(other) === greatest);
    rounds.set(block, greatest < 0 ? 0 : writersOf(inGreatest) >= q ? greatest + 1 : greatest);
  }
  const roundOf = (b: TestBlock): number => rounds.get(b) ?? -1;
  const sees = (a: TestBlock, b: TestBlock): boolean => a === b || isBefore(b, a);
  const verticesFor = (round: number): TestBlock[] => {
    const reaching = counted.filter((b) => roundOf(b) >= round);
    return reaching.filter((b) => !reaching.some((other) => other.writer === b.writer && isBefore(other, b)));
  };

  const leadersOf = (wave: number): TestBlock[] =>
    verticesFor(d * wave)
      .filter(
        (b) =>
          b.writer === indexers[(wave + Math.floor(wave / indexers.length)) % indexers.length] &&
          roundOf(b) <= d * wave + 1,
      )
      .sort(compareBlocks);
  const votes = (voter: TestBlock, wave: number, leader: TestBlock): boolean =>
    sees(voter, leader) && (!strict || leadersOf(wave).every((l) => l === leader || !sees(voter, l)));
  const certifies = (vertex: TestBlock, wave: number, leader: TestBlock): boolean =>
    writersOf(verticesFor(3 * wave + 1).filter((v) => sees(vertex, v) && votes(v, wave, leader))) >= q;
  const commitsDirectly = (wave: number, leader: TestBlock): boolean =>
    writersOf(verticesFor(d * wave + d - 1).filter((v) => (strict ? certifies : votes)(v, wave, leader))) >= q;
  const isSettled = (later: TestBlock, wave: number, leader: TestBlock): boolean =>
    strict ? verticesFor(3 * wave + 2).some((v) => sees(later, v) && certifies(v, wave, leader)) : sees(later, leader);

  const nextLeaders: EraRules["nextLeaders"] = (lastWave, final) => {
    if (indexers.length === 1) {
      const next = counted.filter((block) => !final.has(block)).sort(compareBlocks)[0];
      return next && { wave: 0, leaders: [next] };
    }
    const waves = Array.from({ length: Math.max(-1, ...rounds.values()) + 1 }, (_, wave) => wave).filter(
      (w) => w > lastWave,
    );
    for (const wave of first === "earliest" ? waves : waves.toReversed()) {
      const direct = leadersOf(wave).find((leader) => commitsDirectly(wave, leader));
      if (direct === undefined) continue;
      const leaders = [direct];
      for (let w = wave - 1; w > lastWave; w--) {
        const settled = leadersOf(w).find((leader) => isSettled(leaders[0] ?? direct, w, leader));
        if (settled !== undefined) leaders.unshift(settled);
      }
      return { wave, leaders };
    }
    return undefined;
  };
  return { nextLeaders };
}
