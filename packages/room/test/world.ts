// A world of members with devices in memory, for scenarios: who has what, and who gave which blocks to whom. Seeded.
import { type Bytes, copyBytes, decodeUtf8, encodeUtf8, equalBytes, SecretKey } from "@coterie/bytes";
import {
  createMemoryLogStore,
  decodeEnvelope,
  type LogStore,
  type MemoryLogStore,
  type StateChanges,
} from "@coterie/oplog";
import {
  type AgreementKeyPair,
  generateAgreementKeyPair,
  generateSigningKeyPair,
  randomBytes,
  type RandomSource,
  type SigningKeyPair,
} from "@coterie/primitives";
import { nodePrimitives } from "@coterie/primitives/node";
import {
  createRoom,
  createSealingKeyHolder,
  encodeGenesis,
  joinRoom,
  type MemberHistory,
  type MemberRole,
  openRoom,
  type Operation,
  proposeAdd,
  proposeIndexers,
  proposeKeyUpdate,
  type Proposer,
  proposeRemoval,
  proposeRevocation,
  proposeRole,
  type Room,
  type RoomAlarm,
  type RoomBlock,
  type RoomDeps,
  type RoomMode,
  type ViewDefinitions,
  type WritableView,
  type WrittenBlock,
} from "../src/index.ts";
import { createRememberingPrimitives } from "./remembering-primitives.ts";

const primitives = createRememberingPrimitives(nodePrimitives);

/** Repeatable bytes that look random. */
export function seeded(seed: number): RandomSource & { readonly below: (limit: number) => number } {
  let state = (seed ^ 0x9e37_79b9) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    fill: (target) => {
      for (let i = 0; i < target.length; i++) target[i] = next();
    },
    below: (limit) => next() % limit,
  };
}

/** Appends every value as it is. */
export function appendLines(view: WritableView, blocks: readonly RoomBlock[]): void {
  for (const { values } of blocks) for (const value of values) view.append(value);
}

export const lineViews: ViewDefinitions = { lines: appendLines };

/** What the devices of one member share. */
export interface MemberKeys {
  readonly identity: SigningKeyPair;
  /** The newest first. */
  readonly sealing: AgreementKeyPair[];
}

/** Somebody with one device. */
export class Person {
  readonly name: string;
  readonly keys: MemberKeys;
  readonly alarms: RoomAlarm[] = [];
  store: LogStore;
  room: Room | undefined;
  ownHead: RoomDeps["ownHead"] = "trust";
  views: ViewDefinitions = lineViews;
  readonly #random: RandomSource;
  #deviceKey: Bytes;
  /** How many of whose blocks this one was given. */
  readonly given = new Map<Person, number>();

  constructor(name: string, random: RandomSource, keys?: MemberKeys) {
    this.name = name;
    this.#random = random;
    this.keys = keys ?? {
      identity: generateSigningKeyPair(primitives, random),
      sealing: [generateAgreementKeyPair(primitives, random)],
    };
    this.#deviceKey = randomBytes(random, 32);
    this.store = createMemoryLogStore();
  }

  get id(): Bytes {
    return this.keys.identity.publicKey;
  }

  get sealing(): AgreementKeyPair {
    const [newest] = this.keys.sealing;
    if (newest === undefined) throw new Error(`${this.name} has no sealing key`);
    return newest;
  }

  get deps(): RoomDeps {
    return {
      primitives,
      random: this.#random,
      store: this.store,
      deviceKey: SecretKey.copyOf("store", this.#deviceKey),
      identity: this.keys.identity,
      sealingKeys: () => this.keys.sealing.map((pair) => createSealingKeyHolder({ primitives }, pair)),
      ownHead: this.ownHead,
      views: this.views,
      onAlarm: (alarm) => this.alarms.push(alarm),
    };
  }

  /** The open room. */
  get in(): Room {
    if (this.room === undefined) throw new Error(`${this.name} is in no room`);
    return this.room;
  }

  /** This device's writer key; the device has written. */
  get writer(): Bytes {
    const { writer } = this.in;
    if (writer === undefined) throw new Error(`${this.name} has written nothing`);
    return writer;
  }

  async say(text: string): Promise<WrittenBlock> {
    return await this.in.write(encodeUtf8(text));
  }

  async lines(): Promise<readonly string[]> {
    const view = await this.in.view("lines");
    return Array.from({ length: view.length }, (_, i) => decodeUtf8(view.at(i)));
  }

  /** As far as this one knows. */
  knowsAsMember(other: Person): boolean {
    return this.in.log.membership.find(other.id) !== undefined;
  }

  async add(
    other: Person,
    { role = "member", history = "all" }: { role?: MemberRole; history?: MemberHistory } = {},
  ): Promise<WrittenBlock> {
    const add = { identity: other.id, sealingKey: other.sealing.publicKey, role, history };
    return await this.#change((proposer) => proposeAdd({ primitives }, { ...proposer, add }));
  }

  async remove(other: Person): Promise<WrittenBlock> {
    return await this.#change((proposer) =>
      proposeRemoval({ ...proposer, identity: other.id, findHead: this.findHead }),
    );
  }

  async leave(): Promise<WrittenBlock> {
    return await this.remove(this);
  }

  async makeRole(other: Person, role: MemberRole): Promise<WrittenBlock> {
    return await this.#change((proposer) =>
      proposeRole({ ...proposer, identity: other.id, role, findHead: this.findHead }),
    );
  }

  async revoke(writer: Bytes): Promise<WrittenBlock> {
    return await this.#change((proposer) => proposeRevocation({ ...proposer, writer, findHead: this.findHead }));
  }

  async setIndexers(...people: readonly Person[]): Promise<WrittenBlock> {
    const writers = people.map(({ writer }) => writer);
    return await this.#change((proposer) => proposeIndexers({ ...proposer, writers }));
  }

  /** Makes a sealing key, keeps the earlier ones, and tells the room. */
  async updateKey(): Promise<WrittenBlock> {
    const pair = generateAgreementKeyPair(primitives, this.#random);
    this.keys.sealing.unshift(pair);
    const sign = (message: Bytes): Bytes => primitives.sign(this.keys.identity.secretKey, message);
    const { logId } = this.in.log;
    return await this.#change((proposer) =>
      proposeKeyUpdate({ primitives }, { ...proposer, logId, sealingKey: pair.publicKey, sign }),
    );
  }

  /** A machine with a copy of this one's storage as it is now, keys included. It is not open. */
  async clone(): Promise<Person> {
    const clone = new Person(`${this.name}'s copy`, this.#random, this.keys);
    clone.#deviceKey = this.#deviceKey;
    clone.store = await copyStore(this.store);
    return clone;
  }

  /** As after a crash: nothing but the storage is kept. */
  async reopen(from: "checkpoint" | "genesis" = "checkpoint"): Promise<void> {
    await this.open(this.in.log.logId, from);
  }

  /** Opens what is in the storage. */
  async open(logId: Bytes, from: "checkpoint" | "genesis" = "checkpoint"): Promise<void> {
    this.room = await openRoom(this.deps, { logId, from });
  }

  readonly findHead = (writer: Bytes): { readonly seq: number; readonly hash: Bytes } | undefined => {
    const { log } = this.in;
    const head = log.findHead(writer);
    return head === undefined ? undefined : { seq: log.dag.seq(head), hash: log.dag.hash(head) };
  };

  async #change(propose: (proposer: Proposer) => Operation): Promise<WrittenBlock> {
    return await this.in.change((proposer) => [propose(proposer)]);
  }
}

const stateNames = ["genesis", "writer", "keyring", "checkpoint", "view/lines"];

/** A store with what another one holds now. */
export async function copyStore(from: LogStore, names: readonly string[] = stateNames): Promise<MemoryLogStore> {
  const copy = createMemoryLogStore();
  // Positions stay what they are: something stands for what was dropped.
  const [standIn] = await from.read(from.first(), 1);
  if (standIn !== undefined) for (let at = 0; at < from.first(); at++) await copy.append([standIn]);
  await copy.drop(from.first());
  for (let at = from.first(); at < from.length(); ) {
    const page = await from.read(at, 1_000);
    await copy.append(page);
    at += page.length;
  }
  const changes: StateChanges = new Map(
    await Promise.all(names.map(async (name) => [name, await from.load(name)] as const)),
  );
  await copy.save(changes);
  return copy;
}

interface RoomChoices {
  /** Of all but the founder. */
  readonly role?: MemberRole;
  readonly checkpointInterval?: number;
  readonly mode?: RoomMode;
}

/** Everybody, and who founded the room. */
export class World {
  readonly random: ReturnType<typeof seeded>;
  readonly people: Person[] = [];
  readonly #hashes = new Map<string, Bytes>();

  constructor(seed: number) {
    this.random = seeded(seed);
  }

  person(name: string): Person {
    const person = new Person(name, this.random);
    this.people.push(person);
    return person;
  }

  bytes(length: number): Bytes {
    return randomBytes(this.random, length);
  }

  /** One more device of a member, with nothing on it but the member's keys. */
  device({ name, keys }: Pick<Person, "name" | "keys">): Person {
    const person = new Person(name, this.random, keys);
    this.people.push(person);
    return person;
  }

  /** A room of the first one with all others, who have everything. */
  async found(
    names: readonly string[],
    { role = "member", checkpointInterval = 1_000, mode = "majority" }: RoomChoices = {},
  ): Promise<readonly Person[]> {
    const [founder, ...others] = names.map((name) => this.person(name));
    if (founder === undefined) throw new Error("a room has a founder");
    await this.foundBy(founder, { mode, checkpointInterval });
    for (const other of others) {
      await founder.add(other, { role });
      await this.join(founder, other);
    }
    await this.meet(founder, ...others);
    return [founder, ...others];
  }

  /** A room with nobody in it but its founder. */
  async foundBy(
    founder: Person,
    { checkpointInterval = 1_000, mode = "majority" }: Omit<RoomChoices, "role"> = {},
  ): Promise<void> {
    founder.room = await createRoom(founder.deps, { mode, checkpointInterval });
  }

  /** Lets somebody who was added in. */
  async join(host: Person, other: Person): Promise<void> {
    await this.invite(host, other);
    await this.give(host, other);
  }

  /** Gives somebody the genesis, and nothing else. */
  async invite(host: Person, other: Person): Promise<void> {
    other.room = await joinRoom(other.deps, { genesis: encodeGenesis(host.in.log.genesis) });
  }

  /** All that `from` has and `to` was not given yet; as from a relay that knows what one has, nothing that `to` admitted. */
  async give(from: Person, to: Person): Promise<void> {
    for (;;) {
      const cursor = to.given.get(from) ?? 0;
      const blocks = await from.in.readStored(cursor, 1_000);
      if (blocks.length === 0) return;
      to.given.set(from, cursor + blocks.length);
      const news = blocks.filter((block) => to.in.log.dag.find(this.#hashOf(block)) === undefined);
      if (news.length > 0) await to.in.receive(news.map((block) => copyBytes(block)));
    }
  }

  /** Hashes of blocks by their signatures, which no two blocks share. */
  #hashOf(block: Uint8Array): Bytes {
    const name = Buffer.from(block.subarray(-64)).toString("latin1");
    const known = this.#hashes.get(name);
    if (known !== undefined) return known;
    const { hash } = decodeEnvelope(primitives, block);
    this.#hashes.set(name, hash);
    return hash;
  }

  /** Everybody here gets what everybody here has. */
  async meet(...people: readonly Person[]): Promise<void> {
    for (const [i, to] of people.entries()) for (const from of people.slice(0, i)) await this.give(from, to);
    for (const [i, to] of people.entries()) for (const from of people.slice(i + 1)) await this.give(from, to);
  }

  /** Meets and acknowledges until nobody owes anything. Gives the rounds that it took. */
  async settle(...people: readonly Person[]): Promise<number> {
    for (let round = 0; ; round++) {
      await this.meet(...people);
      let owed = 0;
      for (const person of people) if ((await person.in.acknowledge()) !== undefined) owed++;
      if (owed === 0) return round;
    }
  }
}

type FourPeople = readonly [Person, Person, Person, Person];

/** A room of alice, who founded it, bob and carol. */
export async function three(world: World, role: MemberRole = "member"): Promise<readonly [Person, Person, Person]> {
  const [alice, bob, carol] = await world.found(["alice", "bob", "carol"], { role });
  if (alice === undefined || bob === undefined || carol === undefined) throw new Error("three people");
  return [alice, bob, carol];
}

/** A room of alice, who founded it, bob, carol and dave. */
export async function four(world: World, role: MemberRole = "member"): Promise<FourPeople> {
  const [alice, bob, carol, dave] = await world.found(["alice", "bob", "carol", "dave"], { role });
  if (alice === undefined || bob === undefined || carol === undefined || dave === undefined)
    throw new Error("four people");
  return [alice, bob, carol, dave];
}

/** Who is a member as far as somebody knows, the most senior first. */
export function namesIn(world: World, { in: room }: Person): readonly string[] {
  return room.members.map(
    ({ identity }) => world.people.find(({ id }) => equalBytes(id, identity))?.name ?? "somebody",
  );
}

/** The operations of a block that somebody has. */
export function operationsOf({ in: { log } }: Person, { hash }: { readonly hash: Bytes }): readonly Operation[] {
  const block = log.dag.find(hash);
  const control = block === undefined ? undefined : log.controls.findControl(block);
  return control === undefined ? [] : log.controls.placeOf(control).operations;
}
