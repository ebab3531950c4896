/** Random histories of a room whose people follow the rules, with partitions; then everybody meets again. */
import { shouldAcknowledge } from "../src/rooms/acknowledging.ts";
import type { Genesis } from "../src/rooms/acts.ts";
import { type Block, capsIn, forksIn, holderOf, type Operation } from "../src/rooms/blocks.ts";
import { hasUnsafeEpoch } from "../src/rooms/epochs.ts";
import { Peer } from "../src/rooms/peer.ts";
import type { Position } from "../src/rooms/position.ts";
import { Room } from "../src/rooms/room.ts";
import type { Rules } from "../src/rooms/rules.ts";
import { Chance } from "./rooms-chance.ts";

export interface ScheduleChoice {
  readonly seed: number;
  readonly rules: Rules;
  readonly people: number;
  readonly steps: number;
  readonly genesis?: Partial<Genesis>;
  /** Shares of what somebody does at its turn; the rest is content. */
  readonly churn?: number;
}

export class Schedule {
  readonly room: Room;
  readonly peers: Peer[] = [];
  readonly blocks = new Set<Block>();
  readonly chance: Chance;
  readonly churn: number;
  /** How often somebody was a member in what it knew, and nobody in the past of what it could write. */
  silenced = 0;
  #groups: number[] = [];
  #count = 0;

  constructor({ seed, rules, people, genesis, churn = 0.4 }: ScheduleChoice) {
    this.chance = new Chance(seed);
    this.churn = churn;
    const whole: Genesis = { founder: "p0", writer: "p0.0", mode: "majority", interval: 1000, ...genesis };
    this.room = new Room(whole, rules, hasUnsafeEpoch);
    for (let i = 0; i < people; i++) this.peers.push(new Peer(this.room, `p${i}`, `p${i}.0`));
    this.#regroup();
    const [founder] = this.peers;
    if (founder === undefined) return;
    const history = (): "all" | "since join" => (this.chance.isLess(0.7) ? "all" : "since join");
    const first = this.peers.slice(1, 1 + Math.ceil(people / 2));
    this.#write(
      founder,
      first.map(({ identity }, i) => ({
        kind: "add",
        identity,
        role: i < 2 ? "admin" : "member",
        history: history(),
        keyVersion: 0,
      })),
    );
    for (const peer of this.peers) peer.receive(this.blocks);
  }

  /** The first members write once, and become the indexers. */
  nameIndexers(count: number): void {
    const [founder] = this.peers;
    if (founder === undefined) return;
    for (const peer of this.peers.slice(1)) if (peer.position() !== undefined) this.#write(peer, []);
    this.heal();
    const writers = this.peers.filter(({ last }) => last !== undefined).map(({ writer }) => writer);
    this.#write(founder, [{ kind: "set indexers", writers: writers.slice(0, count) }]);
    this.heal();
    this.settle();
  }

  run(steps: number): void {
    for (let step = 0; step < steps; step++) {
      if (this.chance.isLess(0.05)) this.#regroup();
      const peer = this.chance.pick(this.peers);
      if (peer === undefined) continue;
      if (this.chance.isLess(0.45)) this.#sync(peer);
      else this.act(peer);
    }
  }

  #regroup(): void {
    const groups = 1 + this.chance.below(3);
    this.#groups = this.peers.map(() => this.chance.below(groups));
  }

  #sync(peer: Peer): void {
    const group = this.#groups[this.peers.indexOf(peer)];
    const other = this.chance.pick(this.peers.filter((one, i) => one !== peer && this.#groups[i] === group));
    if (other !== undefined) peer.receive(other.received);
  }

  /** One turn of somebody: an operation, content, or an acknowledgement. */
  act(peer: Peer): void {
    const at = this.ready(peer);
    if (at === undefined) return;
    if (this.chance.isLess(this.churn)) {
      const operation = this.#operation(peer, at);
      if (operation !== undefined) this.#write(peer, [operation], at);
    } else if (this.chance.isLess(0.3)) this.acknowledge(peer);
    else this.#write(peer, [], at);
  }

  /** Where it may write; with a new writer where the old one is cut off. */
  ready(peer: Peer): Position | undefined {
    const at = peer.position();
    if (at !== undefined || peer.last === undefined || !peer.state.members.has(peer.identity)) return at;
    const { last, writer } = peer;
    const own = [...this.blocks].filter((block) => holderOf(block.writer) === peer.identity);
    peer.writer = `${peer.identity}.${new Set(own.map((block) => block.writer)).size}`;
    peer.last = undefined;
    const other = peer.position();
    if (other !== undefined) return other;
    this.silenced++;
    peer.writer = writer;
    peer.last = last;
    return undefined;
  }

  acknowledge(peer: Peer): boolean {
    const at = this.ready(peer);
    if (at === undefined || !shouldAcknowledge(this.room, peer.applied, { writer: peer.writer, at })) return false;
    this.blocks.add(peer.write(this.chance.name(this.#count++), { hasContent: false, at }));
    return true;
  }

  #write(peer: Peer, operations: readonly Operation[], at?: Position): void {
    const name = this.chance.name(this.#count++);
    this.blocks.add(peer.write(name, { operations, hasContent: true, ...(at === undefined ? {} : { at }) }));
  }

  #operation(peer: Peer, { state, past }: Position): Operation | undefined {
    const { chance } = this;
    const self = state.members.get(peer.identity);
    const identity = peer.identity;
    const kind = chance.next();
    const isFrozen = (writer: string): boolean =>
      [...state.open].some(({ operation }) => operation.kind === "fork" && operation.writer === writer);
    const fork = [...forksIn(past)].find(([writer]) => !isFrozen(writer));
    if (fork !== undefined && chance.isLess(0.5)) return { kind: "fork", writer: fork[0], seq: fork[1] };
    if (kind < 0.06) return { kind: "update key", identity, version: state.newestKeyOf(identity) + 1 };
    if ((self?.powers.length ?? 0) === 0) {
      return kind < 0.1 ? { kind: "remove", identity, caps: capsIn(past, identity) } : undefined;
    }
    const outside = this.peers.map((one) => one.identity).filter((one) => !state.sure.has(one));
    const inside = [...state.members.keys()].filter((one) => one !== identity);
    const joining = chance.pick(outside);
    const target = chance.pick(inside);
    if (kind < 0.45 && joining !== undefined) {
      const history = chance.isLess(0.6) ? "all" : chance.isLess(0.7) ? "since join" : "snapshot";
      return {
        kind: "add",
        identity: joining,
        role: chance.isLess(0.5) ? "admin" : "member",
        history,
        keyVersion: state.newestKeyOf(joining),
      };
    }
    if (target === undefined) return undefined;
    const caps = capsIn(past, target);
    if (kind < 0.8) return { kind: "remove", identity: target, caps };
    if (kind < 0.9) return { kind: "role", identity: target, role: chance.isLess(0.6) ? "member" : "admin", caps };
    const writers = this.peers.map(({ writer }) => writer).filter(() => chance.isLess(0.5));
    return { kind: "set indexers", writers };
  }

  /** Everybody gets everything. */
  heal(): void {
    for (const peer of this.peers) peer.receive(this.blocks);
  }

  /** Acknowledgements until there is silence; how many times round. */
  settle(): number {
    for (let round = 0; round < 60; round++) {
      this.heal();
      const acknowledged = this.peers.filter((peer) => this.acknowledge(peer));
      if (acknowledged.length === 0) return round;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Everybody who may writes once, before seeing what the others write. */
  writeRound(): void {
    for (const peer of this.peers) {
      const at = this.ready(peer);
      if (at !== undefined) this.#write(peer, [], at);
    }
    this.heal();
  }
}
