// A world of members with devices in memory, for scenarios: who has what, and who gave which blocks to whom. Seeded.
import { type Bytes, copyBytes, decodeUtf8, encodeUtf8, SecretKey } from "@coterie/bytes";
import { createMemoryLogStore, type LogStore } from "@coterie/oplog";
import {
  type AgreementKeyPair,
  generateAgreementKeyPair,
  generateSigningKeyPair,
  randomBytes,
  type RandomSource,
  type SigningKeyPair,
} from "@coterie/primitives";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import {
  createRoom,
  createSealingKeyHolder,
  encodeGenesis,
  joinRoom,
  type MemberHistory,
  type MemberRole,
  openRoom,
  proposeAdd,
  proposeRemoval,
  type Room,
  type RoomAlarm,
  type RoomBlock,
  type RoomDeps,
  type ViewDefinitions,
  type WritableView,
  type WrittenBlock,
} from "../src/index.ts";

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

/** Somebody with one device. */
export class Person {
  readonly name: string;
  readonly identity: SigningKeyPair;
  readonly sealing: AgreementKeyPair;
  readonly alarms: RoomAlarm[] = [];
  store: LogStore;
  room: Room | undefined;
  readonly #random: RandomSource;
  readonly #deviceKey: Bytes;
  /** How many of whose blocks this one was given. */
  readonly given = new Map<Person, number>();

  constructor(name: string, random: RandomSource) {
    this.name = name;
    this.#random = random;
    this.identity = generateSigningKeyPair(primitives, random);
    this.sealing = generateAgreementKeyPair(primitives, random);
    this.#deviceKey = randomBytes(random, 32);
    this.store = createMemoryLogStore();
  }

  get deps(): RoomDeps {
    const holder = createSealingKeyHolder({ primitives }, this.sealing);
    return {
      primitives,
      random: this.#random,
      store: this.store,
      deviceKey: SecretKey.copyOf("store", this.#deviceKey),
      identity: this.identity,
      sealingKeys: () => [holder],
      ownHead: "trust",
      views: lineViews,
      onAlarm: (alarm) => this.alarms.push(alarm),
    };
  }

  /** The open room. */
  get in(): Room {
    if (this.room === undefined) throw new Error(`${this.name} is in no room`);
    return this.room;
  }

  async say(text: string): Promise<WrittenBlock> {
    return await this.in.write(encodeUtf8(text));
  }

  async lines(): Promise<readonly string[]> {
    const view = await this.in.view("lines");
    return Array.from({ length: view.length }, (_, i) => decodeUtf8(view.at(i)));
  }

  async add(other: Person, { role = "member", history = "all" }: { role?: MemberRole; history?: MemberHistory } = {}) {
    const add = { identity: other.identity.publicKey, sealingKey: other.sealing.publicKey, role, history };
    await this.in.change((proposer) => [proposeAdd({ primitives }, { ...proposer, add })]);
  }

  async remove(other: Person): Promise<void> {
    const { log } = this.in;
    const findHead = (writer: Bytes) => {
      const head = log.findHead(writer);
      return head === undefined ? undefined : { seq: log.dag.seq(head), hash: log.dag.hash(head) };
    };
    const identity = other.identity.publicKey;
    await this.in.change((proposer) => [proposeRemoval({ ...proposer, identity, findHead })]);
  }

  /** As after a crash: nothing but the storage is kept. */
  async reopen(): Promise<void> {
    const { logId } = this.in.log;
    this.room = await openRoom(this.deps, { logId });
  }
}

/** Everybody, and who founded the room. */
export class World {
  readonly random: ReturnType<typeof seeded>;
  readonly people: Person[] = [];

  constructor(seed: number) {
    this.random = seeded(seed);
  }

  person(name: string): Person {
    const person = new Person(name, this.random);
    this.people.push(person);
    return person;
  }

  /** A room of the first one with all others, who have everything. */
  async found(
    names: readonly string[],
    { role = "member" as MemberRole, checkpointInterval = 1_000, mode = "majority" as const } = {},
  ): Promise<readonly Person[]> {
    const [founder, ...others] = names.map((name) => this.person(name));
    if (founder === undefined) throw new Error("a room has a founder");
    founder.room = await createRoom(founder.deps, { mode, checkpointInterval });
    for (const other of others) {
      await founder.add(other, { role });
      await this.join(founder, other);
    }
    await this.meet(founder, ...others);
    return [founder, ...others];
  }

  /** Lets somebody who was added in. */
  async join(host: Person, other: Person): Promise<void> {
    other.room = await joinRoom(other.deps, { genesis: encodeGenesis(host.in.log.genesis) });
    await this.give(host, other);
  }

  /** All that `from` has and `to` was not given yet. */
  async give(from: Person, to: Person): Promise<void> {
    for (;;) {
      const cursor = to.given.get(from) ?? 0;
      const blocks = await from.in.readStored(cursor, 1_000);
      if (blocks.length === 0) return;
      to.given.set(from, cursor + blocks.length);
      await to.in.receive(blocks.map((block) => copyBytes(block)));
    }
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
