/**
 * A room in bad weather, from a seed: partitions, partial exchange, writers that vanish for good, indexers that are replaced and, where the
 * mode bears it, indexers that sign two blocks in one place. Then calm: who is left exchanges everything and acknowledges.
 */
import { Dice, type TestBlock } from "./linearizer-dag.ts";
import { Peer, type RoomRules } from "./linearizer-peers.ts";
import { quorumOf } from "../src/index.ts";

export interface Weather {
  readonly rules: RoomRules;
  /** Peers that keep the rules and are still there. */
  readonly alive: readonly Peer[];
  /** Peers that kept the rules and vanished. */
  readonly gone: readonly Peer[];
  /** Every block that somebody alive knows, parents first. */
  readonly blocks: readonly TestBlock[];
  /** Rounds of acknowledgements until silence; undefined if it did not come. */
  readonly ackRounds: number | undefined;
  /** Whether a quorum of the indexers at the end is alive. */
  readonly isQuorumAlive: boolean;
  /** Whether an indexer of the first era lies. */
  readonly hasLiar: boolean;
}

export function weather(seed: number, create: RoomRules["create"]): Weather {
  return new Storm(seed, create).run();
}

class Storm {
  readonly #dice: Dice;
  readonly #rules: RoomRules;
  readonly #writers: number;
  /** Writers that sign two blocks in one place: each is several peers. */
  readonly #liars: ReadonlySet<number>;
  /** Whether everybody writes whenever they heard of something. */
  readonly #isGossip: boolean;
  readonly #honest: Peer[];
  readonly #personas: Peer[];
  #gone: readonly Peer[] = [];
  #groups = new Map<Peer, number>();

  constructor(seed: number, create: RoomRules["create"]) {
    this.#dice = new Dice(seed);
    const mode = this.#dice.chance(0.5) ? "strict" : "majority";
    this.#writers = 2 + this.#dice.below(8);
    this.#isGossip = this.#dice.chance(0.3);
    const writers = this.#dice.shuffle(Array.from({ length: this.#writers }, (_, writer) => writer));
    this.#liars = new Set(writers.slice(0, Math.min(this.#writers - 1, this.#dice.pick([0, 0, 1, 1, 2]))));
    const interval = this.#dice.pick([3, 10, 25, 1000]);
    this.#rules = { mode, indexers: this.#chooseIndexers(mode), interval, create };
    const makePeer = (writer: number): Peer => new Peer(this.#dice, this.#rules, writer);
    this.#honest = writers.filter((writer) => !this.#liars.has(writer)).map(makePeer);
    this.#personas = [...this.#liars].flatMap((writer) => [makePeer(writer), makePeer(writer)]);
  }

  run(): Weather {
    const steps = 20 + this.#dice.below(this.#isGossip ? 300 : 160);
    for (let step = 0; step < steps; step++)
      if (this.#isGossip) this.#gossip();
      else this.#step();
    this.#loseSome();
    const ackRounds = this.#calmDown();
    const alive = this.#honest;
    const present = alive[0]?.linearizer.indexers ?? [];
    const living = present.filter((writer) => alive.some((peer) => peer.writer === writer)).length;
    const isQuorumAlive = living >= quorumOf(this.#rules.mode, present.length);
    const blocks = alive[0]?.dag.blocks ?? [];
    const hasLiar = this.#rules.indexers.some((writer) => this.#liars.has(writer));
    return { rules: this.#rules, alive, gone: this.#gone, blocks, ackRounds, isQuorumAlive, hasLiar };
  }

  get #peers(): readonly Peer[] {
    return [...this.#honest, ...this.#personas];
  }

  /** One to seven, with fewer than a third of liars in strict mode and none in majority. */
  #chooseIndexers(mode: RoomRules["mode"]): readonly number[] {
    const writers = Array.from({ length: this.#writers }, (_, writer) => writer);
    const honest = this.#dice.shuffle(writers.filter((writer) => !this.#liars.has(writer)));
    const most = Math.min(7, this.#writers);
    const wanted = most >= 4 && this.#dice.chance(0.6) ? 4 + this.#dice.below(most - 3) : 1 + this.#dice.below(most);
    const liars = mode === "strict" ? [...this.#liars].slice(0, Math.ceil(wanted / 3) - 1) : [];
    return this.#dice.shuffle([...liars, ...honest.slice(0, Math.max(2 * liars.length + 1, wanted - liars.length))]);
  }

  #step(): void {
    const kind = this.#dice.next();
    if (kind < 0.02) this.#groups = new Map(this.#peers.map((peer) => [peer, this.#dice.below(2)]));
    else if (kind < 0.03) this.#groups.clear();
    else if (kind < 0.035 && this.#honest.length > this.#writers / 2) this.#loseOne();
    else if (kind < 0.45) this.#write(this.#dice.pick(this.#peers));
    else {
      const from = this.#dice.pick(this.#peers);
      const to = this.#dice.pick(this.#peers);
      if (this.#groups.get(from) === this.#groups.get(to)) this.#exchange(from, to);
    }
  }

  /** Who hears from another at once writes: rounds go by faster than leaders are seen. */
  #gossip(): void {
    const from = this.#dice.pick(this.#peers);
    const to = this.#dice.pick(this.#peers);
    if (this.#dice.chance(0.03)) this.#groups = new Map(this.#peers.map((peer) => [peer, this.#dice.below(4)]));
    if (this.#groups.get(from) === this.#groups.get(to) || this.#dice.chance(0.2)) this.#exchange(from, to);
    this.#write(to);
  }

  #write(peer: Peer): void {
    peer.advance();
    if (this.#personas.includes(peer)) this.#lie(peer);
    else if (this.#dice.chance(0.04)) peer.write({ isValue: true, indexers: this.#chooseIndexers(this.#rules.mode) });
    else if (this.#dice.chance(0.3)) peer.write({ isValue: true });
    else if (peer.isAckDue()) peer.write({ isValue: false });
    if (this.#dice.chance(0.5)) peer.advance();
  }

  /** Goes on after any block of that writer, hides what it knows, or does as the others do. */
  #lie(persona: Peer): void {
    const own = persona.dag.blocks.filter(({ writer }) => writer === persona.writer);
    if (this.#dice.chance(0.05)) persona.continueAfter(this.#dice.pick([undefined, ...own]));
    const kind = this.#dice.next();
    if (kind < 0.1) persona.write({ isValue: false, heads: this.#dice.below(3) });
    else if (kind < 0.2) persona.write({ isValue: true });
    else if (persona.isAckDue()) persona.write({ isValue: false });
  }

  /** All that `from` knows, or what came to it first. */
  #exchange(from: Peer, to: Peer): void {
    const missing = from.dag.blocks.filter((block) => !to.dag.has(block));
    to.receive(this.#dice.chance(0.5) ? missing : missing.slice(0, this.#dice.below(missing.length + 1)));
    if (this.#dice.chance(0.5)) to.advance();
  }

  #loseOne(): void {
    const lost = this.#dice.pick(this.#honest);
    this.#honest.splice(this.#honest.indexOf(lost), 1);
    this.#gone = [...this.#gone, lost];
  }

  #loseSome(): void {
    const most = Math.floor((this.#honest.length - 1) / 2);
    for (let lost = this.#dice.below(most + 1); lost > 0; lost--) this.#loseOne();
    for (const peer of this.#gone) peer.advance();
  }

  #calmDown(): number | undefined {
    for (let rounds = 0; rounds < 80; rounds++) {
      for (const to of this.#peers) for (const from of this.#peers) to.receive(from.dag.blocks);
      for (const peer of this.#peers) peer.advance();
      const due = this.#honest.filter((peer) => peer.isAckDue());
      if (due.length === 0) return rounds;
      for (const peer of due) peer.write({ isValue: false });
      if (rounds < 5) for (const persona of this.#personas) if (this.#dice.chance(0.5)) this.#lie(persona);
    }
    return undefined;
  }
}
