/** Votes, certificates and which leaders commit: docs/protocol/rooms.md §4.2, 2 to 4. */
import { type Era, none } from "./era.ts";
import { type FinalityMode, roundsPerWave } from "./finality-mode.ts";
import type { OrderedDag } from "./ordered-dag.ts";

/** The waves of one era. */
export class Waves {
  readonly #dag: OrderedDag;
  readonly #era: Era;
  readonly #mode: FinalityMode;
  /** The last wave whose leader committed, or -1. */
  #last: number = none;

  constructor(dag: OrderedDag, era: Era, mode: FinalityMode) {
    this.#dag = dag;
    this.#era = era;
    this.#mode = mode;
  }

  /**
   * The leaders that commit since this vertex is there, oldest first. Votes and certificates depend on the past of the block that gives
   * them, so nothing but a vertex in the last round of a wave makes a leader commit.
   */
  takeVertex(vertex: number, round: number): readonly number[] {
    const rounds = roundsPerWave(this.#mode);
    const wave = Math.floor(round / rounds);
    if (round % rounds !== rounds - 1 || wave <= this.#last) return [];
    const leader = this.#leaders(wave).find((l) => this.#endorses(vertex, wave, l) && this.#isEndorsed(wave, l));
    if (leader === undefined) return [];
    const leaders = this.#walkBack(leader, wave);
    this.#last = wave;
    return leaders;
  }

  /** Vertices of the wave's leader in its first round, by (lamport, hash): several only if that indexer forked. */
  #leaders(wave: number): readonly number[] {
    const vertices = this.#era.vertices(this.#leaderSlot(wave), wave * roundsPerWave(this.#mode));
    return vertices.length < 2 ? vertices : vertices.toSorted((a, b) => this.#dag.compare(a, b));
  }

  #leaderSlot(wave: number): number {
    return wave % this.#era.indexers.length;
  }

  /** §4.2, 4: earlier waves are settled by what the later leader has in its past. */
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
      this.#era.verticesSeenBy(later, slot, 3 * wave + 2).some((vertex) => this.#certifies(vertex, wave, leader)),
    );
  }

  /** Whether a quorum of indexers votes for the leader, or certifies it. */
  #isEndorsed(wave: number, leader: number): boolean {
    const rounds = roundsPerWave(this.#mode);
    const { indexers, quorum } = this.#era;
    let endorsing = 0;
    for (let slot = 0; slot < indexers.length && endorsing < quorum; slot++) {
      const vertices = this.#era.vertices(slot, (wave + 1) * rounds - 1);
      if (vertices.some((vertex) => this.#endorses(vertex, wave, leader))) endorsing++;
    }
    return endorsing >= quorum;
  }

  #endorses(vertex: number, wave: number, leader: number): boolean {
    return this.#mode === "majority" ? this.#sees(vertex, wave, leader) : this.#certifies(vertex, wave, leader);
  }

  /** Whether a vertex of the wave's third round has votes of a quorum in its past. */
  #certifies(vertex: number, wave: number, leader: number): boolean {
    const { indexers, quorum } = this.#era;
    let voting = 0;
    for (let slot = 0; slot < indexers.length && voting < quorum; slot++) {
      const voters = this.#era.verticesSeenBy(vertex, slot, 3 * wave + 1);
      if (voters.some((voter) => this.#seesAlone(voter, wave, leader))) voting++;
    }
    return voting >= quorum;
  }

  #sees(block: number, wave: number, leader: number): boolean {
    return this.#leadersSeenBy(block, wave).includes(leader);
  }

  /** A liar's two vertices share no vote: with both in its past, a vertex votes for neither. */
  #seesAlone(block: number, wave: number, leader: number): boolean {
    const seen = this.#leadersSeenBy(block, wave);
    return seen.length === 1 && seen[0] === leader;
  }

  #leadersSeenBy(block: number, wave: number): readonly number[] {
    return this.#era.verticesSeenBy(block, this.#leaderSlot(wave), wave * roundsPerWave(this.#mode));
  }
}
