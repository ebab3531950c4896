/** Votes, certificates and which leaders commit: docs/protocol/rooms.md §4.2, 2 to 4. */
import { type Era, none, type Vertex } from "./era.ts";
import { type FinalityMode, roundsPerWave } from "./finality-mode.ts";
import type { OrderedDag } from "./ordered-dag.ts";

/**
 * The waves of one era. Whom a vertex votes for or certifies depends on what it sees, so it is found out once, when the vertex comes, and
 * nothing but a vertex for the last round of a wave makes a leader commit. There are several leaders of a wave only where that indexer forked.
 */
export class Waves {
  readonly #dag: OrderedDag;
  readonly #era: Era;
  readonly #mode: FinalityMode;
  readonly #rounds: number;
  /** The last wave whose leader committed, or -1. */
  #last: number = none;
  /** By wave after the last one, then by leader: the indexers that vote for it (majority) or certify it (strict). */
  readonly #supporters: Map<number, Map<number, Set<number>>> = new Map<number, Map<number, Set<number>>>();

  constructor(dag: OrderedDag, era: Era, mode: FinalityMode) {
    this.#dag = dag;
    this.#era = era;
    this.#mode = mode;
    this.#rounds = roundsPerWave(mode);
  }

  /** The leaders that commit since this vertex is there, oldest first. */
  takeVertex(vertex: Vertex): readonly number[] {
    const committed: number[] = [];
    for (let wave = this.#last + 1; this.#lastRound(wave) <= vertex.to; wave++) {
      if (this.#lastRound(wave) < vertex.from) wave = Math.floor(vertex.from / this.#rounds);
      if (this.#lastRound(wave) > vertex.to) break;
      const leader = this.#countSupport(vertex, wave);
      if (leader === none) continue;
      committed.push(...this.#walkBack(leader, wave));
      this.#last = wave;
      for (const settled of this.#supporters.keys()) if (settled <= wave) this.#supporters.delete(settled);
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

  /** The leader that has a quorum with this vertex, or -1. */
  #countSupport({ block, slot }: Vertex, wave: number): number {
    const supported = this.#mode === "majority" ? this.#leadersSeenBy(block, wave) : this.#certifiedBy(block, wave);
    if (supported.length === 0) return none;
    const supporters = this.#supporters.get(wave) ?? new Map<number, Set<number>>();
    this.#supporters.set(wave, supporters);
    for (const leader of supported) {
      const slots = supporters.get(leader) ?? new Set<number>();
      supporters.set(leader, slots.add(slot));
      if (slots.size >= this.#era.quorum) return leader;
    }
    return none;
  }

  /** §4.2, 4: earlier waves are settled by what the later leader sees. */
  #walkBack(leader: number, wave: number): readonly number[] {
    const found = [leader];
    let current = leader;
    for (let earlier = wave - 1; earlier > this.#last; earlier--) {
      const [settled] =
        this.#mode === "majority" ? this.#leadersSeenBy(current, earlier) : this.#certifiedTo(current, earlier);
      if (settled === undefined) continue;
      found.push(settled);
      current = settled;
    }
    return found.toReversed();
  }

  /** The leaders of a wave that a block sees, by (lamport, hash). One that skipped both of its rounds comes too late to lead. */
  #leadersSeenBy(block: number, wave: number): readonly number[] {
    const slot = this.#leaderSlot(wave);
    const latest = this.#firstRound(wave) + 1;
    const seen = this.#era.verticesSeenBy(block, slot, this.#firstRound(wave));
    return this.#sort(seen.filter((vertex) => this.#era.seenRound(vertex, slot) <= latest));
  }

  /** The leaders for which a block sees votes of a quorum. A liar's twins share no vote: who sees both votes for neither. */
  #certifiedBy(block: number, wave: number): readonly number[] {
    const votes = new Map<number, number>();
    for (let slot = 0; slot < this.#era.indexers.length; slot++) {
      const voted = new Set<number>();
      for (const voter of this.#era.verticesSeenBy(block, slot, this.#firstRound(wave) + 1)) {
        const [leader, twin] = this.#leadersSeenBy(voter, wave);
        if (leader !== undefined && twin === undefined) voted.add(leader);
      }
      for (const leader of voted) votes.set(leader, (votes.get(leader) ?? 0) + 1);
    }
    return this.#sort([...votes.keys()].filter((leader) => (votes.get(leader) ?? 0) >= this.#era.quorum));
  }

  /** The leaders that vertices seen by a block certify: one, unless there are more liars than strict mode bears. */
  #certifiedTo(block: number, wave: number): readonly number[] {
    const certified = new Set<number>();
    for (let slot = 0; slot < this.#era.indexers.length; slot++) {
      for (const vertex of this.#era.verticesSeenBy(block, slot, this.#lastRound(wave))) {
        for (const leader of this.#certifiedBy(vertex, wave)) certified.add(leader);
      }
    }
    return this.#sort([...certified]);
  }

  #sort(leaders: readonly number[]): readonly number[] {
    return leaders.length < 2 ? leaders : leaders.toSorted((a, b) => this.#dag.compare(a, b));
  }
}
