/** Random schedules of a room without keys: partitions, people who stay away, lists of indexers that change, indexers that lie. */
import { shouldAcknowledge } from "../src/rooms/acknowledging.ts";
import type { Genesis } from "../src/rooms/acts.ts";
import type { Block, Operation } from "../src/rooms/blocks.ts";
import { Peer } from "../src/rooms/peer.ts";
import { Room } from "../src/rooms/room.ts";
import { theRules } from "../src/rooms/rules.ts";
import { Chance } from "./rooms-chance.ts";

export interface OrderChoice {
  readonly seed: number;
  readonly mode: Genesis["mode"];
  readonly writers: number;
  readonly indexers: number;
  /** Indexers that write several chains at once; each is two peers with one writer key. */
  readonly liars?: number;
  /** Indexers that are cut off for good somewhere. */
  readonly absent?: number;
  readonly interval?: number;
  readonly changesEras?: boolean;
}

const rules = { ...theRules, epoch: "none" } as const;

export class OrderSchedule {
  readonly chance: Chance;
  readonly genesis: Genesis;
  /** Two peers with one writer are one liar, seen by different people. */
  readonly peers: Peer[] = [];
  readonly honest: Peer[];
  readonly blocks = new Set<Block>();
  readonly #choice: OrderChoice;
  readonly #finals = new Map<Peer, readonly string[]>();
  readonly #absent = new Set<Peer>();
  #groups: number[] = [];
  #count = 0;

  constructor(choice: OrderChoice) {
    const { seed, mode, writers, interval = 1000, liars = 0, indexers, absent = 0 } = choice;
    this.#choice = choice;
    this.chance = new Chance(seed);
    this.genesis = { founder: "p0", writer: "p0.0", mode, interval };
    const room = (): Room => new Room(this.genesis, rules);
    const identities = Array.from({ length: writers }, (_, i) => `p${i}`);
    const founder = new Peer(room(), "p0", "p0.0");
    this.peers.push(founder, ...identities.slice(1).map((identity) => new Peer(room(), identity, `${identity}.0`)));
    const adds = identities
      .slice(1)
      .map((identity) => ({ kind: "add", identity, role: "admin", history: "all", keyVersion: 0 }) as const);
    this.#write(founder, adds);
    this.#everybodyReceives();
    for (const peer of this.peers.slice(1)) this.#write(peer, []);
    this.#everybodyReceives();
    const list = this.peers.slice(0, indexers).map(({ writer }) => writer);
    this.#write(founder, [{ kind: "set indexers", writers: list }]);
    this.#everybodyReceives();
    this.honest = this.peers.slice(liars);
    this.#lie(liars);
    for (const peer of this.honest.slice(0, indexers - liars).slice(-absent || indexers)) this.#absent.add(peer);
    this.regroup();
  }

  /** The first ones get a second self each, with the same key and the same past. */
  #lie(liars: number): void {
    for (const liar of this.peers.slice(0, liars)) {
      const twin = new Peer(new Room(this.genesis, rules), liar.identity, liar.writer);
      twin.receive(liar.received);
      twin.last = liar.last;
      this.peers.push(twin);
    }
  }

  regroup(): void {
    const groups = 1 + this.chance.below(3);
    this.#groups = this.peers.map(() => this.chance.below(groups));
  }

  run(steps: number): void {
    for (let step = 0; step < steps; step++) {
      if (this.chance.isLess(0.04)) this.regroup();
      const peer = this.chance.pick(this.peers);
      if (peer === undefined) continue;
      const what = this.chance.next();
      if (what < 0.5) this.#sync(peer);
      else if (what < 0.75) this.acknowledge(peer);
      else if (what < 0.97 || this.#choice.changesEras !== true) this.#write(peer, []);
      else this.#write(peer, [{ kind: "set indexers", writers: this.#newIndexers() }]);
    }
  }

  /** A list that a quorum of will be there for, with no more liars than before. */
  #newIndexers(): string[] {
    const { indexers, liars = 0 } = this.#choice;
    const lying = new Set(this.peers.slice(0, liars).map(({ writer }) => writer));
    const there = this.honest.filter((peer) => !this.#absent.has(peer)).map(({ writer }) => writer);
    const count = liars > 0 ? indexers - liars : 1 + this.chance.below(indexers);
    const chosen = there.sort(() => this.chance.next() - 0.5).slice(0, count);
    return [...(chosen.length === indexers - liars ? lying : []), ...chosen];
  }

  #sync(peer: Peer): void {
    if (this.#absent.has(peer)) return;
    const group = this.#groups[this.peers.indexOf(peer)];
    const near = this.peers.filter((one, i) => one !== peer && this.#groups[i] === group && !this.#absent.has(one));
    const other = this.chance.pick(near);
    if (other === undefined) return;
    peer.receive(other.received);
    this.#note(peer);
  }

  /** Whether what is final has only grown (I2), and nothing comes before what it builds on (I1). */
  #note(peer: Peer): void {
    const final = peer.room.commitsIn(peer.applied).flatMap(({ segment }) => segment.map(({ name }) => name));
    const before = this.#finals.get(peer) ?? [];
    if (before.some((name, i) => final[i] !== name)) throw new Error(`I2: ${peer.identity} had ${before.join()}`);
    this.#finals.set(peer, final);
    const seen = new Set<Block>();
    for (const block of peer.room.orderOf(peer.applied)) {
      for (const earlier of block.past)
        if (!seen.has(earlier)) throw new Error(`I1: ${block.name} before ${earlier.name}`);
      seen.add(block);
    }
  }

  finals(): (readonly string[])[] {
    return this.honest.map((peer) => this.#finals.get(peer) ?? []);
  }

  acknowledge(peer: Peer): boolean {
    const at = peer.position();
    if (at === undefined || !shouldAcknowledge(peer.room, peer.applied, { writer: peer.writer, at })) return false;
    this.blocks.add(peer.write(this.chance.name(this.#count++), { hasContent: false, at }));
    return true;
  }

  #write(peer: Peer, operations: readonly Operation[]): void {
    this.blocks.add(peer.write(this.chance.name(this.#count++), { operations, hasContent: true }));
  }

  /** Everybody who is there gets everything that those who are there have. */
  #everybodyReceives(): void {
    const there = this.peers.filter((peer) => !this.#absent.has(peer));
    const all = new Set(there.flatMap((peer) => [...peer.received]));
    for (const peer of there) peer.receive(all);
  }

  /** Acknowledgements until there is silence; how many times round. */
  settle(): number {
    for (let round = 0; round < 60; round++) {
      this.#everybodyReceives();
      const there = this.peers.filter((peer) => !this.#absent.has(peer));
      for (const peer of there) this.#note(peer);
      if (there.filter((peer) => this.acknowledge(peer)).length === 0) return round;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Those who were away come back. */
  reunite(): void {
    this.#absent.clear();
    this.#everybodyReceives();
    for (const peer of this.peers) this.#note(peer);
  }

  /** Content that is not final though a quorum was there. */
  openContent(): number {
    const [peer] = this.honest.filter((one) => !this.#absent.has(one));
    if (peer === undefined) return 0;
    const final = new Set(this.#finals.get(peer));
    return [...peer.applied].filter(({ hasContent, name }) => hasContent && !final.has(name)).length;
  }
}

/** Two sequences that are not prefixes of one another. */
export function conflictIn(finals: readonly (readonly string[])[]): boolean {
  return finals.some((one) => finals.some((other) => one.some((name, i) => i < other.length && other[i] !== name)));
}
