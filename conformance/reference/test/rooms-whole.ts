/**
 * Whole rooms of the product, whose people keep to its rules, and the model beside: after every step both must know the same blocks, members
 * and order, and every block must be what the model would have written in its place.
 */
import { encodeHex, encodeUtf8 } from "@coterie/bytes";
import { nodePrimitives } from "@coterie/primitives/node";
import {
  createRoom,
  encodeGenesis,
  joinRoom,
  type Operation,
  proposeAdd,
  proposeIndexers,
  proposeKeyUpdate,
  type Proposer,
  proposeRemoval,
  proposeRevocation,
  proposeRole,
} from "@coterie/room";
import { shouldAcknowledge } from "../src/rooms/acknowledging.ts";
import type { Block } from "../src/rooms/blocks.ts";
import { hasUnsafeEpoch, rotateOf } from "../src/rooms/epochs.ts";
import { Peer } from "../src/rooms/peer.ts";
import { Room as ModelRoom } from "../src/rooms/room.ts";
import { theRules, type Rules } from "../src/rooms/rules.ts";
import { Chance } from "./rooms-chance.ts";
import { differ, knowledgeDifferences, placeDifferences } from "./rooms-whole-differences.ts";
import { seededRandom, Translator, WholePerson } from "./rooms-whole-people.ts";

export interface WholeTally {
  rooms: number;
  blocks: number;
  acknowledgements: number;
  removals: number;
  commits: number;
  /** Blocks whose author knew of somebody in doubt. */
  inDoubt: number;
  differences: string[];
}

export function emptyWholeTally(): WholeTally {
  return { rooms: 0, blocks: 0, acknowledgements: 0, removals: 0, commits: 0, inDoubt: 0, differences: [] };
}

export interface WholeChoice {
  readonly seed: number;
  readonly steps: number;
  readonly rules?: Partial<Rules>;
}

/** Refusals of the product before anything is written. */
const refusals: ReadonlySet<string> = new Set([
  "room/already-a-member",
  "room/already-in-role",
  "room/invalid-indexers",
  "room/last-admin",
  "room/last-indexer",
  "room/not-a-member",
  "room/not-a-writer",
  "room/not-an-admin",
]);

function isRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && refusals.has(String(error.code));
}

class WholeRooms {
  readonly chance: Chance;
  /** Each device counts as one; the first ones are other members each. */
  readonly people: readonly WholePerson[];
  readonly #members: number;
  readonly differences: string[] = [];
  readonly tally: WholeTally;
  readonly #translator: Translator;
  readonly #model: ModelRoom;
  readonly #peers = new Map<WholePerson, Peer>();
  #groups: number[] = [];

  constructor({ seed, rules = {} }: WholeChoice, tally: WholeTally) {
    this.tally = tally;
    this.chance = new Chance(seed);
    const random = seededRandom(this.chance);
    const members = Array.from({ length: 3 + (seed % 3) }, (_, i) => new WholePerson(`p${i}`, random));
    const withTwo = members.slice(0, seed % 4);
    this.people = [...members, ...withTwo.map((one) => new WholePerson(one.name, random, one))];
    this.#members = members.length;
    this.#translator = new Translator(this.people);
    const mode = seed % 2 === 0 ? "majority" : "strict";
    const genesis = { founder: "p0", writer: "p0.0", mode, interval: 1000 } as const;
    this.#model = new ModelRoom(genesis, { ...theRules, ...rules }, hasUnsafeEpoch);
    for (const person of this.people) this.#peers.set(person, new Peer(this.#model, person.name, `${person.name}.0`));
    this.regroup();
  }

  #peer(person: WholePerson): Peer {
    const peer = this.#peers.get(person);
    if (peer === undefined) throw new Error("somebody else");
    return peer;
  }

  regroup(): void {
    const groups = 1 + this.chance.below(3);
    this.#groups = this.people.map(() => this.chance.below(groups));
  }

  async found(): Promise<void> {
    const [founder, ...others] = this.people;
    if (founder === undefined) return;
    const { mode, interval: checkpointInterval } = this.#model.genesis;
    await this.#written(founder, async () => {
      founder.room = await createRoom(founder.deps, { mode, checkpointInterval });
      return founder.in.log.genesis;
    });
    const genesis = encodeGenesis(founder.in.log.genesis);
    for (const other of others) other.room = await joinRoom(other.deps, { genesis });
    const first = others.slice(0, Math.ceil(this.#members / 2));
    for (const other of first) await this.#change(founder, (proposer) => this.#add(proposer, other, "admin"));
    await this.heal();
    for (const person of this.people) await this.write(person);
    await this.heal();
    await this.#change(founder, (proposer) => this.#indexers(proposer));
  }

  #add(proposer: Proposer, other: WholePerson, role: "member" | "admin"): Operation {
    const history = this.chance.isLess(0.7) ? "all" : this.chance.isLess(0.5) ? "since-join" : "snapshot";
    const { id: identity, sealingKey } = other;
    return proposeAdd({ primitives: nodePrimitives }, { ...proposer, add: { identity, sealingKey, role, history } });
  }

  #indexers(proposer: Proposer): Operation {
    const { membership } = proposer;
    const writers = membership.members.flatMap((member) => membership.validWritersOf(member));
    return proposeIndexers({ ...proposer, writers: writers.filter((_, i) => i === 0 || this.chance.isLess(0.6)) });
  }

  /** One turn of somebody. */
  async act(person: WholePerson): Promise<void> {
    const kind = this.chance.next();
    if (kind < 0.3) return void (await this.acknowledge(person));
    if (kind < 0.6) return this.write(person);
    const other = this.chance.pick(this.people) ?? person;
    await this.#change(person, (proposer) => {
      if (kind < 0.72) return this.#add(proposer, other, this.chance.isLess(0.6) ? "admin" : "member");
      const findHead = (writer: Uint8Array): { seq: number; hash: Uint8Array<ArrayBuffer> } | undefined => {
        const { log } = person.in;
        const head = log.findHead(writer);
        return head === undefined ? undefined : { seq: log.dag.seq(head), hash: log.dag.hash(head) };
      };
      if (kind < 0.86) return proposeRemoval({ ...proposer, identity: other.id, findHead });
      if (kind < 0.88) {
        const { membership } = proposer;
        const writers = membership.members.flatMap((member) => membership.validWritersOf(member));
        return proposeRevocation({ ...proposer, writer: this.chance.pick(writers) ?? other.id, findHead });
      }
      if (kind < 0.92)
        return proposeRole({ ...proposer, identity: other.id, role: kind < 0.9 ? "member" : "admin", findHead });
      if (kind < 0.95) return this.#indexers(proposer);
      const { logId } = person.in.log;
      const sign = (message: Uint8Array) => nodePrimitives.sign(person.identity.secretKey, message);
      const deps = { primitives: nodePrimitives };
      return proposeKeyUpdate(deps, { ...proposer, logId, sealingKey: person.renewKey(), sign });
    });
  }

  async write(person: WholePerson): Promise<void> {
    await this.#written(person, () => person.in.write(encodeUtf8("text")));
  }

  async #change(person: WholePerson, propose: (proposer: Proposer) => Operation): Promise<void> {
    await this.#written(person, () => person.in.change((proposer) => [propose(proposer)]));
  }

  /** Whether it did. */
  async acknowledge(person: WholePerson): Promise<boolean> {
    const peer = this.#peer(person);
    const at = peer.position();
    const { applied, writer } = peer;
    const isDue =
      at !== undefined && peer.last !== undefined && shouldAcknowledge(this.#model, applied, { writer, at });
    const block = await this.#written(person, () => person.in.acknowledge());
    const isVote = block?.operations.some(({ kind }) => kind === "vote") ?? false;
    if (!isVote) this.#same(`${person.name} acknowledges`, isDue, block !== undefined);
    if (block !== undefined) this.tally.acknowledgements++;
    return block !== undefined;
  }

  async #written(person: WholePerson, write: () => Promise<unknown>): Promise<Block | undefined> {
    const peer = this.#peer(person);
    let at = peer.position();
    try {
      if ((await write()) === undefined) return undefined;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return undefined;
    }
    const { store } = person.deps;
    const [bytes] = await store.read(store.length() - 1, 1);
    if (bytes === undefined) throw new Error("nothing was stored");
    const block = this.#translator.translate(bytes, person);
    if (block.seq === 0 && peer.last !== undefined) {
      // A new writer, which only begins where the one before is stopped.
      this.#same(`another writer for ${block.name}`, at === undefined, true);
      peer.writer = block.writer;
      peer.last = undefined;
      at = peer.position();
    }
    this.#same(`${person.name} may write ${block.name}`, at !== undefined, true);
    if (at !== undefined) this.differences.push(...placeDifferences(block, { room: this.#model, peer, at }));
    peer.writer = block.writer;
    peer.last = block;
    if (rotateOf(block) !== undefined) peer.made.add(block.epoch);
    peer.receive([block]);
    this.tally.blocks++;
    if (at !== undefined && at.state.sure.size < at.state.members.size) this.tally.inDoubt++;
    this.differences.push(...this.#differencesOf(person));
    return block;
  }

  /** Somebody hears all that another one has admitted. */
  async tell(from: WholePerson, to: WholePerson): Promise<void> {
    const { store } = from.deps;
    const stored = await store.read(store.first(), 10_000);
    const news = [...this.#peer(from).applied].filter((block) => !this.#peer(to).received.has(block));
    if (news.length === 0) return;
    const known = new Set(news.map(({ name }) => name));
    const blocks = stored.filter((_, i) => known.has(encodeHex(from.in.log.dag.hash(i))));
    await to.in.receive(blocks);
    this.#peer(to).receive(news);
    this.#same(`how much ${to.name} heard`, news.length, blocks.length);
    this.differences.push(...this.#differencesOf(to));
  }

  async gossip(): Promise<void> {
    const to = this.chance.pick(this.people);
    if (to === undefined) return;
    const group = this.#groups[this.people.indexOf(to)];
    const from = this.chance.pick(this.people.filter((one, i) => one !== to && this.#groups[i] === group));
    if (from !== undefined) await this.tell(from, to);
  }

  async heal(): Promise<void> {
    for (let round = 0; round < 2; round++)
      for (const to of this.people) for (const from of this.people) if (from !== to) await this.tell(from, to);
  }

  async settle(): Promise<void> {
    for (let round = 0; round < 20; round++) {
      await this.heal();
      let isSilent = true;
      for (const person of this.people) if (await this.acknowledge(person)) isSilent = false;
      if (isSilent) return;
    }
    this.differences.push("no silence");
  }

  #differencesOf(person: WholePerson): string[] {
    const nameOf = (identity: Uint8Array): string => this.#translator.nameOf(identity);
    return knowledgeDifferences(person, { room: this.#model, peer: this.#peer(person), nameOf });
  }

  #same(what: string, model: unknown, product: unknown): void {
    this.differences.push(...differ(what, model, product));
  }

  count(): void {
    const [founder] = this.people;
    if (founder === undefined) return;
    this.tally.rooms++;
    this.tally.commits += founder.in.log.order.commits;
    const operations = [...this.#translator.blocks.values()].flatMap((block) => block.operations);
    this.tally.removals += operations.filter(({ kind }) => kind === "remove").length;
  }

  async close(): Promise<void> {
    for (const person of this.people) await person.room?.close();
  }
}

/** One room, as far as the two agree. */
export async function runWhole(choice: WholeChoice, tally: WholeTally): Promise<void> {
  const rooms = new WholeRooms(choice, tally);
  const { chance, differences } = rooms;
  const isGood = (): boolean => differences.length === 0;
  await rooms.found();
  for (let step = 0; step < choice.steps && isGood(); step++) {
    if (chance.isLess(0.08)) rooms.regroup();
    const person = chance.pick(rooms.people);
    if (person === undefined || chance.isLess(0.4)) await rooms.gossip();
    else await rooms.act(person);
  }
  if (isGood()) await rooms.settle();
  for (const person of rooms.people) if (isGood()) await rooms.write(person);
  if (isGood()) await rooms.heal();
  rooms.count();
  await rooms.close();
  const [difference] = differences;
  if (difference !== undefined) tally.differences.push(`${difference}: ${JSON.stringify(choice)}`);
}
