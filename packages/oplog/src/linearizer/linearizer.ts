/**
 * The order of a log that many write (docs/protocol/rooms.md §4): one that is there at once and may still change at its end, and one
 * that is final. Pure and synchronous; a function of the blocks, whatever the order in which they come and the steps in which they are
 * looked at.
 */
import type { Bytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { BlockOutOfTurnError } from "../errors.ts";
import { Era, none } from "./era.ts";
import { FinalOrder } from "./final-order.ts";
import { quorumOf } from "./finality-mode.ts";
import { checkIndexers, checkInput } from "./input-checks.ts";
import type { Linearizer, LinearizerInput } from "./linearizer-interface.ts";
import type { EraStart, OnCommit, Segment } from "./segment.ts";
import { Tail } from "./tail.ts";
import { Waves } from "./waves.ts";

/**
 * A linearizer over a Dag that grows: `add` each block, then `advance`, after as many as one likes.
 *
 * Final orders of two peers are prefixes of one another as long as no indexer signs two blocks in one place, in mode `strict` as long as
 * fewer than a third do. In mode `majority` one such indexer can lead peers to conflicting orders: they see it by their order hashes, and
 * the two blocks prove who it was. It never makes one peer take back what was final.
 *
 * @throws InvalidLinearizerInputError
 */
export function createLinearizer(deps: Pick<Primitives, "sha256">, input: LinearizerInput): Linearizer {
  return new DagLinearizer(deps, input);
}

const noLeaders: readonly number[] = [];

class DagLinearizer implements Linearizer {
  readonly #input: LinearizerInput;
  readonly #order: FinalOrder;
  readonly #tail: Tail;
  #start: EraStart;
  #era: Era;
  #waves: Waves;
  #commits: number;
  /** What the host named last, checked. */
  #named: readonly number[] | undefined;
  /** How many blocks were added, and the first one that the era has not judged. */
  #added = 0;
  #cursor: number;

  constructor(deps: Pick<Primitives, "sha256">, input: LinearizerInput) {
    checkInput(input);
    this.#input = input;
    this.#start = input.start ?? genesisStart(input.indexers);
    this.#order = new FinalOrder(input.dag, deps.sha256, this.#start);
    if (this.#start.anchor !== none) this.#order.markPast(this.#start.anchor);
    this.#tail = new Tail(input.dag, (block) => this.#order.isFinal(block));
    this.#commits = this.#start.commits;
    this.#era = this.#createEra();
    this.#waves = this.#createWaves();
    this.#cursor = this.#start.anchor + 1;
  }

  get position(): number {
    return this.#order.position;
  }
  get commits(): number {
    return this.#commits;
  }
  get era(): number {
    return this.#start.era;
  }
  get anchor(): number {
    return this.#start.anchor;
  }
  get indexers(): readonly number[] {
    return this.#start.indexers;
  }
  get orderHash(): Bytes {
    return this.#order.orderHash;
  }
  get eraStart(): EraStart {
    return this.#start;
  }

  add(block: number): void {
    if (block !== this.#added || block >= this.#input.dag.size) throw new BlockOutOfTurnError();
    this.#added++;
    if (!this.#order.isFinal(block)) this.#tail.add(block);
  }

  addFinal(block: number): void {
    if (block !== this.#added || block >= this.#input.dag.size) throw new BlockOutOfTurnError();
    this.#added++;
    this.#order.markFinal(block);
  }

  advance(onCommit: OnCommit): readonly Segment[] {
    const segments: Segment[] = [];
    while (this.#cursor < this.#added) {
      const block = this.#cursor++;
      for (const leader of this.#judge(block)) {
        const segment = this.#commit(leader, onCommit);
        segments.push(segment);
        if (segment.endsEra) break;
      }
    }
    if (segments.length > 0 && this.#tail.kept > 2 * (this.#added - this.#order.position) + 64) this.#tail.prune();
    return segments;
  }

  at(position: number): number {
    return this.#order.at(position);
  }

  isFinal(block: number): boolean {
    return this.#order.isFinal(block);
  }

  tail(): readonly number[] {
    return this.#tail.blocks();
  }

  isAckDue(writer: number, hasOpenValue: boolean): boolean {
    return hasOpenValue && this.#era.isNextRoundGreater(writer);
  }

  /** Which leaders commit since this block is there. A single indexer's blocks commit themselves (§4.2, 5). */
  #judge(block: number): readonly number[] {
    const vertex = this.#era.judge(block);
    if (vertex === undefined) return noLeaders;
    return this.#era.indexers.length === 1 ? [block] : this.#waves.takeVertex(vertex);
  }

  #commit(leader: number, onCommit: OnCommit): Segment {
    const position = this.#order.position;
    const blocks = this.#order.append(leader);
    this.#tail.settle();
    const orderHash = this.#order.orderHash;
    this.#commits++;
    const commit = { era: this.era, commit: this.#commits, leader, blocks, position, orderHash };
    const indexers = this.#checked(onCommit(commit));
    const endsEra =
      this.#order.position - this.#start.position >= this.#input.checkpointInterval ||
      indexers.length !== this.indexers.length ||
      indexers.some((writer, slot) => writer !== this.indexers[slot]);
    if (endsEra) this.#beginEra(leader, indexers);
    return { ...commit, endsEra };
  }

  /** A host that changes nothing gives the list of before. */
  #checked(indexers: readonly number[]): readonly number[] {
    if (indexers !== this.#named) this.#named = checkIndexers(indexers);
    return indexers;
  }

  /** §4.2, 6. Blocks with the anchor in their past come after it in the Dag: they are judged anew, the others never count. */
  #beginEra(anchor: number, indexers: readonly number[]): void {
    this.#start = {
      era: this.era + 1,
      anchor,
      indexers: [...indexers],
      position: this.#order.position,
      orderHash: this.#order.orderHash,
      commits: this.#commits,
    };
    this.#era = this.#createEra();
    this.#waves = this.#createWaves();
    this.#cursor = anchor + 1;
  }

  #createEra(): Era {
    const { anchor, indexers } = this.#start;
    return new Era(this.#input.dag, { anchor, indexers, quorum: quorumOf(this.#input.mode, indexers.length) });
  }

  #createWaves(): Waves {
    return new Waves(this.#input.dag, this.#era, this.#input.mode);
  }
}

function genesisStart(indexers: readonly number[]): EraStart {
  return {
    era: 0,
    anchor: none,
    indexers: [...indexers],
    position: 0,
    orderHash: new Uint8Array(32),
    commits: 0,
  };
}
