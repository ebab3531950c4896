/**
 * All graphs that indexers can draw, up to a number of blocks. Only vertices are drawn, and at most one block that changes the
 * indexers: another block of the same round shows nobody more than its parents do. Growing a graph by a block must never change
 * what is final in it (I2); as any two peers know parts of one graph, and each part grows into the whole block by block,
 * I3 holds as well.
 */
import { type Block, chainOf, makeBlock } from "../src/rooms/blocks.ts";
import { type Era, isCounted, leadersIn, roundOf } from "../src/rooms/order.ts";

export interface ExploreChoice {
  readonly mode: Era["mode"];
  /** Their number; they are called 0, 1, 2 ... */
  readonly indexers: number;
  /** What one block may change the list to. */
  readonly next?: readonly string[];
  /** Which of them write more than one chain. */
  readonly liars?: readonly string[];
  readonly blocks: number;
  /** Whether to stop at the first conflict. */
  readonly stops?: boolean;
}

export interface Explored {
  graphs: number;
  steps: number;
  withCommit: number;
  mostCommits: number;
  eraChanges: number;
  conflicts: number;
  /** The smallest one found, as lines of a drawing. */
  first: readonly string[] | undefined;
}

type Graph = readonly Block[];

class Explorer {
  readonly #choice: ExploreChoice;
  readonly #first: Era;
  readonly #eras = new Map<Block, Era>();
  readonly #blocks = new Map<string, Block>();
  readonly #writers: readonly string[];

  constructor(choice: ExploreChoice) {
    this.#choice = choice;
    const indexers = Array.from({ length: choice.indexers }, (_, i) => `${i}`);
    this.#writers = [...new Set([...indexers, ...(choice.next ?? [])])];
    this.#first = { number: 0, anchor: undefined, indexers, mode: choice.mode, rounds: new Map() };
  }

  /** Steps 5 and 6 for one change of the list. */
  leaders(graph: Graph): { readonly leaders: readonly Block[]; readonly eras: readonly Era[] } {
    const blocks = new Set(graph);
    const leaders = leadersIn(this.#first, blocks);
    const change = leaders.findIndex((leader) => [leader, ...leader.past].some(isChange));
    const anchor = leaders[change];
    if (anchor === undefined) return { leaders, eras: [this.#first] };
    const { mode, next = [] } = this.#choice;
    const era = this.#eras.get(anchor) ?? { number: 1, anchor, indexers: next, mode, rounds: new Map<Block, number>() };
    this.#eras.set(anchor, era);
    return { leaders: [...leaders.slice(0, change + 1), ...leadersIn(era, blocks)], eras: [this.#first, era] };
  }

  run(): Explored {
    const none = { graphs: 0, steps: 0, withCommit: 0, mostCommits: 0, eraChanges: 0, conflicts: 0 };
    const result: Explored = { ...none, first: undefined };
    let layer = new Map<string, Graph>([["", []]]);
    for (let size = 0; size < this.#choice.blocks; size++) {
      const next = new Map<string, Graph>();
      for (const graph of layer.values()) {
        this.#grow(graph, next, result);
        if (this.#choice.stops === true && result.conflicts > 0) return result;
      }
      layer = next;
    }
    return result;
  }

  #grow(graph: Graph, next: Map<string, Graph>, result: Explored): void {
    const { leaders: before, eras } = this.leaders(graph);
    for (const block of this.#nextBlocks(graph, eras)) {
      result.steps++;
      const grown = [...graph, block];
      const { leaders: after, eras: erasAfter } = this.leaders(grown);
      if (before.some((leader, i) => after[i] !== leader)) {
        result.conflicts++;
        result.first ??= [...draw(this.#first, grown), `final: ${names(before)}, then ${names(after)}`];
      }
      const key = grown
        .map(({ name }) => name)
        .sort()
        .join();
      if (next.has(key)) continue;
      next.set(key, grown);
      result.graphs++;
      if (after.length > 0) result.withCommit++;
      if (erasAfter.length > 1) result.eraChanges++;
      result.mostCommits = Math.max(result.mostCommits, after.length);
    }
  }

  /** After a writer's last block, or after any if it lies, with any closed view; vertices, or the change. */
  #nextBlocks(graph: Graph, eras: readonly Era[]): Set<Block> {
    const found = new Set<Block>();
    const views = viewsOf(graph);
    for (const writer of this.#writers) {
      const isLiar = this.#choice.liars?.includes(writer) ?? false;
      const own = graph.filter((block) => block.writer === writer);
      const bases = isLiar ? [undefined, ...own] : [own.reduce<Block | undefined>(later, undefined)];
      for (const previous of bases) {
        for (const view of views) {
          if (isLiar ? previous !== undefined && !view.has(previous) : own.some((block) => !view.has(block))) continue;
          const block = this.#block({ writer, previous, view, isChange: false });
          if (eras.some((era) => isVertex(era, block)) && !graph.includes(block)) found.add(block);
          if (this.#choice.next === undefined || graph.some(isChange)) continue;
          found.add(this.#block({ writer, previous, view, isChange: true }));
        }
      }
    }
    return found;
  }

  #block(one: { writer: string; previous: Block | undefined; view: ReadonlySet<Block>; isChange: boolean }): Block {
    const { writer, previous, view } = one;
    const seen = [...view].map(({ name }) => name).sort();
    const id = `${writer} ${one.isChange} ${previous?.name ?? ""} ${seen.join()}`;
    const known = this.#blocks.get(id);
    if (known !== undefined) return known;
    const operations = one.isChange ? [{ kind: "set indexers", writers: this.#choice.next ?? [] } as const] : [];
    const block = makeBlock({ name: `${this.#blocks.size}`, writer, previous, links: view, operations });
    this.#blocks.set(id, block);
    return block;
  }
}

export function explore(choice: ExploreChoice): Explored {
  return new Explorer(choice).run();
}

function isChange({ operations }: Block): boolean {
  return operations.length > 0;
}

function later(a: Block | undefined, b: Block): Block {
  return a === undefined || b.seq > a.seq ? b : a;
}

function isVertex(era: Era, block: Block): boolean {
  if (!isCounted(era, block)) return false;
  const round = roundOf(era, block);
  return [...chainOf(block.previous)].every((earlier) => !isCounted(era, earlier) || roundOf(era, earlier) < round);
}

/** The closed subsets of a graph. */
function viewsOf(graph: Graph): Set<Block>[] {
  let views: Set<Block>[] = [new Set()];
  for (const block of graph) {
    const wider = views.filter((view) => [...block.past].every((earlier) => view.has(earlier)));
    views = [...views, ...wider.map((view) => new Set([...view, block]))];
  }
  return views;
}

function names(blocks: readonly Block[]): string {
  return blocks.map(({ name }) => name).join(" ") || "nothing";
}

function draw(era: Era, graph: Graph): string[] {
  return graph.map((block) => {
    const what = isChange(block) ? " (changes the indexers)" : "";
    return `${block.name}: indexer ${block.writer}, round ${roundOf(era, block)}${what}, after ${names([...block.past])}`;
  });
}
