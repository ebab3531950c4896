/** Votes, certificates and which leaders commit: docs/protocol/rooms.md §4.2, 2 to 4. */
import { type Era, none, type Rounds } from "./era.ts";
import { type FinalityMode, roundsPerWave } from "./finality-mode.ts";
import type { OrderedDag } from "./ordered-dag.ts";

/** The waves of one era. */
export class Waves {
  readonly #dag: OrderedDag;
  readonly #era: Era;
  readonly #mode: FinalityMode;
  readonly #rounds: number;
  /** The last wave whose leader committed, or -1. */
  #last: number = none;

  constructor(dag: OrderedDag, era: Era, mode: FinalityMode) {
    this.#dag = dag;
    this.#era = era;
    this.#mode = mode;
    this.#rounds = roundsPerWave(mode);
  }

  /**
   * The leaders that commit since this block is there, oldest first, given the rounds for which it is a vertex. What a vertex endorses
   * depends on what it sees, so nothing but a vertex for the last round of a wave makes a leader commit.
   */
  takeVertex(block: number, { from, to }: Rounds): readonly number[] {
    const committed: number[] = [];
    for (let wave = this.#last + 1; this.#lastRound(wave) <= to; wave++) {
      if (this.#lastRound(wave) < from) wave = Math.floor(from / this.#rounds);
      if (this.#lastRound(wave) > to) break;
      const leader = this.#leaders(wave).find((l) => this.#endorses(block, wave, l) && this.#isEndorsed(wave, l));
      if (leader === undefined) continue;
      committed.push(...this.#walkBack(leader, wave));
      this.#last = wave;
    }
    return committed;
  }

  #firstRound(wave: number): number {
    return wave * this.#rounds;
  }

  #lastRound(wave: number): number {
    return (wave + 1) * this.#rounds - 1;
  }

  /** Each time around begins one further: else indexers that write in a steady rhythm could miss the turn of each leader, for ever. */
  #leaderSlot(wave: number): number {
    const { length } = this.#era.indexers;
    return (wave + Math.floor(wave / length)) % length;
  }

  /** What may commit of a wave, by (lamport, hash): several blocks only if that indexer forked. */
  #leaders(wave: number): readonly number[] {
    const leaders = this.#onTime(this.#era.vertices(this.#leaderSlot(wave), this.#firstRound(wave)), wave);
    return leaders.length < 2 ? leaders : leaders.toSorted((a, b) => this.#dag.compare(a, b));
  }

  /** A leader that skipped the second round as well comes too late: a quorum is past it. */
  #onTime(vertices: readonly number[], wave: number): readonly number[] {
    const slot = this.#leaderSlot(wave);
    return vertices.filter((vertex) => this.#era.seenRound(vertex, slot) <= this.#firstRound(wave) + 1);
  }

  /** §4.2, 4: earlier waves are settled by what the later leader sees. */
  #walkBack(leader: number, wave: number): readonly number[] {
    const found = [leader];
    let current = leader;
    for (let earlier = wave - 1; earlier > this.#last; earlier--) {
      const candidate = this.#leaders(earlier).find((l) => this.#isSettledBy(current, earlier, l));
      if (candidate === undefined) continue;
      found.push(candidate);
      current = candidate;
    }
    return found.toReversed();
  }

  #isSettledBy(later: number, wave: number, leader: number): boolean {
    if (this.#mode === "majority") return this.#sees(later, wave, leader);
    return this.#era.indexers.some((_, slot) =>
      this.#era
        .verticesSeenBy(later, slot, this.#lastRound(wave))
        .some((vertex) => this.#certifies(vertex, wave, leader)),
    );
  }

  /** Whether a quorum of indexers votes for the leader, or certifies it. */
  #isEndorsed(wave: number, leader: number): boolean {
    const { indexers, quorum } = this.#era;
    let endorsing = 0;
    for (let slot = 0; slot < indexers.length && endorsing < quorum; slot++) {
      const vertices = this.#era.vertices(slot, this.#lastRound(wave));
      if (vertices.some((vertex) => this.#endorses(vertex, wave, leader))) endorsing++;
    }
    return endorsing >= quorum;
  }

  #endorses(vertex: number, wave: number, leader: number): boolean {
    return this.#mode === "majority" ? this.#sees(vertex, wave, leader) : this.#certifies(vertex, wave, leader);
  }

  /** Whether a vertex for the wave's third round sees votes of a quorum. */
  #certifies(vertex: number, wave: number, leader: number): boolean {
    const { indexers, quorum } = this.#era;
    let voting = 0;
    for (let slot = 0; slot < indexers.length && voting < quorum; slot++) {
      const voters = this.#era.verticesSeenBy(vertex, slot, this.#firstRound(wave) + 1);
      if (voters.some((voter) => this.#seesAlone(voter, wave, leader))) voting++;
    }
    return voting >= quorum;
  }

  #sees(block: number, wave: number, leader: number): boolean {
    return this.#leadersSeenBy(block, wave).includes(leader);
  }

  /** A liar's two leaders of one wave share no vote: who sees both votes for neither. */
  #seesAlone(block: number, wave: number, leader: number): boolean {
    const seen = this.#leadersSeenBy(block, wave);
    return seen.length === 1 && seen[0] === leader;
  }

  #leadersSeenBy(block: number, wave: number): readonly number[] {
    return this.#onTime(this.#era.verticesSeenBy(block, this.#leaderSlot(wave), this.#firstRound(wave)), wave);
  }
}
