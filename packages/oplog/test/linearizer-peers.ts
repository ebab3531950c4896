/** Peers that write, acknowledge and exchange blocks: each with a linearizer of its own. */
import { nodePrimitives } from "@coterie/primitives/node";
import type { createLinearizer, EraStart, Linearizer } from "../src/index.ts";
import { type Dice, TestDag, type TestBlock } from "./linearizer-dag.ts";

export interface RoomRules {
  readonly mode: "majority" | "strict";
  readonly indexers: readonly number[];
  readonly interval: number;
  /** The linearizer under test: a mutant, where tests are tested. */
  readonly create: typeof createLinearizer;
}

/** A peer: a graph, a linearizer over it, and the host's part of the rules. */
export class Peer {
  readonly writer: number;
  readonly dag = new TestDag();
  readonly linearizer: Linearizer;
  /** Where eras began, as of the ends of `advance`. */
  readonly starts: EraStart[] = [];
  readonly #dice: Dice;
  readonly #heads = new Set<TestBlock>();
  #indexers: readonly number[];
  #last: TestBlock | undefined;

  constructor(dice: Dice, rules: RoomRules, writer: number) {
    this.#dice = dice;
    this.writer = writer;
    this.#indexers = rules.indexers;
    this.linearizer = rules.create(nodePrimitives, {
      dag: this.dag,
      mode: rules.mode,
      indexers: rules.indexers,
      checkpointInterval: rules.interval,
    });
  }

  /** Continues after that block, as a device does that was restored from a copy. */
  continueAfter(last: TestBlock | undefined): void {
    this.#last = last;
  }

  get last(): TestBlock | undefined {
    return this.#last;
  }

  /** Writes a block over all heads, or over some of them as only liars do. */
  write(what: {
    readonly isValue: boolean;
    readonly indexers?: readonly number[];
    readonly heads?: number;
  }): TestBlock {
    const heads = this.#dice.shuffle([...this.#heads]).slice(0, what.heads);
    const links = heads.filter((head) => head !== this.#last);
    const parents = this.#last === undefined ? links : [this.#last, ...links];
    const seq = this.#last === undefined ? 0 : this.#last.seq + 1;
    const block = {
      name: `${"abcdefghij"[this.writer]}${seq}`,
      writer: this.writer,
      seq,
      parents,
      lamport: 1 + Math.max(-1, ...parents.map(({ lamport }) => lamport)),
      hash: this.#dice.bytes(32),
      isValue: what.isValue || what.indexers !== undefined,
      indexers: what.indexers,
    };
    this.receive([block]);
    this.#last = block;
    return block;
  }

  /** Takes those blocks that are new. */
  receive(blocks: readonly TestBlock[]): void {
    for (const block of blocks) {
      if (this.dag.has(block)) continue;
      this.linearizer.add(this.dag.add(block));
      for (const parent of block.parents) this.#heads.delete(parent);
      this.#heads.add(block);
    }
  }

  /** Looks at what came. */
  advance(): void {
    const { era } = this.linearizer;
    this.linearizer.advance(({ blocks }) => (this.#indexers = evaluate(this.dag, blocks, this.#indexers)));
    if (this.linearizer.era > era) this.starts.push(this.linearizer.eraStart);
  }

  isAckDue(): boolean {
    return this.linearizer.isAckDue(this.writer, this.openValues > 0);
  }

  get openValues(): number {
    return this.linearizer.tail().filter((block) => this.dag.block(block).isValue).length;
  }

  get final(): TestBlock[] {
    return Array.from({ length: this.linearizer.position }, (_, at) => this.dag.block(this.linearizer.at(at)));
  }

  get tail(): TestBlock[] {
    return this.linearizer.tail().map((block) => this.dag.block(block));
  }
}

/** The host's part of a commit: the indexers after these blocks. */
export function evaluate(dag: TestDag, blocks: Iterable<number>, indexers: readonly number[]): readonly number[] {
  let present = indexers;
  for (const block of blocks) present = dag.block(block).indexers ?? present;
  return present;
}
