/**
 * People in one room who write, add, remove, promote, rotate, restart and hear from each other now and then, at random from a seed: what each
 * of them does follows from what it knows, and half of what they do is done without knowing of the other half.
 */
import { type Bytes, CoterieError, encodeHex } from "@coterie/bytes";
import { createRoom, type MemberHistory, type RoomMode } from "../src/index.ts";
import { type Person, World } from "./world.ts";

/** What makes schedules differ beside the seed. */
export interface ScheduleInput {
  readonly seed: number;
  /** 1 to 7 who are there in the beginning; as many more may come. */
  readonly people: number;
  readonly steps: number;
  /** Of 100 steps, how many change who is a member, or what. */
  readonly churn: number;
}

/** What somebody did, and the block that came of it. */
export interface Deed {
  readonly kind: "say" | "add" | "remove" | "promote" | "demote" | "rotate" | "update-key" | "indexers" | "acknowledge";
  readonly by: Person;
  readonly target: Person | undefined;
  readonly hash: Bytes;
  /** Of `say`. */
  readonly text: string;
}

type DeedKind = Deed["kind"];

const histories: readonly MemberHistory[] = ["all", "all", "all", "since-join", "snapshot"];

/** A room's life. After `play` everybody has what everybody has, and every member has written. */
export class Schedule {
  readonly world: World;
  readonly people: Person[] = [];
  readonly deeds: Deed[] = [];
  /** Who was added with which history, each time. */
  readonly histories = new Map<Person, MemberHistory[]>();
  /** Proposals that were refused, and writes of people who knew that they were nobody any more. */
  refusals = 0;
  restarts = 0;
  readonly #input: ScheduleInput;
  #founder: Person | undefined;

  constructor(input: ScheduleInput) {
    this.#input = input;
    this.world = new World(input.seed);
  }

  get founder(): Person {
    if (this.#founder === undefined) throw new Error("nobody founded the room");
    return this.#founder;
  }

  async play(): Promise<void> {
    await this.#begin();
    for (let step = 0; step < this.#input.steps; step++) await this.#step();
    await this.heal();
  }

  /** What happened, in one line: of one seed always the same. */
  get trace(): string {
    return this.deeds.map(({ kind, by, hash }) => `${by.name} ${kind} ${encodeHex(hash.subarray(0, 4))}`).join("; ");
  }

  /** All who are in the room as far as they know. */
  get believers(): readonly Person[] {
    return this.people.filter((person) => person.room !== undefined && person.knowsAsMember(person));
  }

  /**
   * The members of whom nobody doubts, by whoever knows most. Somebody else may take itself for one in vain: whoever added it again was removed
   * at the same time, and what says so is sealed to others. Doubts end when the order goes on, which it does not where a quorum was removed.
   * Nor is somebody one whose removal stands in a block that nobody who stays can open (docs/protocol/rooms.md §7, end).
   */
  get members(): readonly Person[] {
    const believers: readonly (Person | undefined)[] = this.believers;
    const [reference] = this.believers.toSorted((a, b) => b.in.log.dag.size - a.in.log.dag.size);
    if (reference === undefined) return [];
    const { membership, dag } = reference.in.log;
    const unheard = this.deeds.filter(({ kind, hash }) => kind === "remove" && dag.find(hash) === undefined);
    const gone = new Set(unheard.map(({ target }) => target).filter((person) => !believers.includes(person)));
    return this.people.filter((person) => membership.isSure(person.id) && !gone.has(person));
  }

  /**
   * Everybody hears everything, and all who are members write, until nobody has anything to hand on and nothing is open. A doubt may end with
   * the acknowledgements: whoever writes next grants what is due then, so there are up to three rounds. Then one more writes, who knows all.
   */
  async heal(): Promise<void> {
    for (const person of this.people) person.given.clear();
    await this.#everybodyMeets();
    for (let round = 0; round < 3; round++) {
      for (const person of this.believers) await this.#greet(person, round);
      await this.#fallSilent();
      if (await this.#isOneRoom()) break;
    }
    const { members } = this;
    if (members.length > 0) await this.#greet(this.#pick(members), 3);
    await this.#fallSilent();
  }

  async #greet(person: Person, round: number): Promise<void> {
    const text = `${person.name} is here ${round}`;
    await this.#try("say", person, () => person.say(text), text);
  }

  /** Twelve rounds for the era, and for each that ends meanwhile. */
  async #fallSilent(): Promise<void> {
    const era = (): number => Math.max(0, ...this.believers.map((person) => person.in.log.order.era));
    const before = era();
    for (let round = 0; round <= 12 * (1 + Math.max(0, era() - before)); round++) {
      await this.#everybodyMeets();
      let owed = 0;
      for (const person of this.believers) if (await this.#acknowledge(person)) owed++;
      if (owed === 0) return;
    }
    throw new Error(`seed ${this.#input.seed}: no silence`);
  }

  /** Whether all members have the same order, know that they are members, and read the same where they may read everything. */
  async #isOneRoom(): Promise<boolean> {
    const { members } = this;
    const orders = new Set(members.map(describeOrder));
    if (orders.size > 1 || !members.every((person) => person.knowsAsMember(person))) return false;
    const readers = members.filter((person) => person.in.log.membership.find(person.id)?.history === "all");
    const views = new Set<string>();
    for (const person of readers) views.add((await person.lines()).join("\n"));
    return views.size <= 1;
  }

  async #everybodyMeets(): Promise<void> {
    await this.world.meet(...this.people.filter(({ room }) => room !== undefined));
  }

  #below(limit: number): number {
    return this.world.random.below(limit);
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[this.#below(items.length)];
    if (item === undefined) throw new Error("nothing to pick");
    return item;
  }

  async #begin(): Promise<void> {
    const { people, seed } = this.#input;
    const founder = this.#newPerson();
    this.#founder = founder;
    const mode: RoomMode = seed % 3 === 0 ? "strict" : "majority";
    founder.room = await createRoom(founder.deps, { mode, checkpointInterval: [4, 9, 1_000][seed % 4] ?? 25 });
    const others: Person[] = [];
    while (others.length < people - 1) {
      const other = this.#newPerson();
      await this.#add(founder, other, this.#below(5) < 3 ? "admin" : "member", "all");
      others.push(other);
    }
    await this.world.meet(founder, ...others);
    for (const other of others)
      await this.#try("say", other, () => other.say(`hello of ${other.name}`), `hello of ${other.name}`);
    await this.world.meet(founder, ...others);
    if (this.#below(2) === 0) await this.#try("indexers", founder, () => founder.setIndexers(...this.#someWriters()));
  }

  #newPerson(): Person {
    const person = this.world.person(`p${this.people.length}`);
    this.people.push(person);
    return person;
  }

  #someWriters(): readonly Person[] {
    const writers = this.people.filter(({ room }) => room?.writer !== undefined);
    return writers.filter((_, i) => i === 0 || this.#below(3) > 0);
  }

  async #step(): Promise<void> {
    const actor = this.#pick(this.people.filter(({ room }) => room !== undefined));
    const dice = this.#below(100);
    if (dice < this.#input.churn) await this.#change(actor);
    else if (dice < this.#input.churn + (100 - this.#input.churn) / 3) await this.#hear(actor);
    else if (dice < 92) await this.#say(actor);
    else if (dice < 97) await this.#acknowledge(actor);
    else await this.#restart(actor);
  }

  async #say(actor: Person): Promise<void> {
    const text = `${actor.name} says ${this.deeds.length}`;
    await this.#try("say", actor, () => actor.say(text), text);
  }

  async #change(actor: Person): Promise<void> {
    const dice = this.#below(20);
    const target = this.#pick(this.people);
    if (dice < 6) {
      const absent = this.people.filter((person) => !actor.knowsAsMember(person));
      const other =
        absent.length > 0 && (this.people.length >= 9 || this.#below(2) === 0) ? this.#pick(absent) : this.#newPerson();
      await this.#add(actor, other, this.#below(3) === 0 ? "admin" : "member", this.#pick(histories));
    } else if (dice < 11) await this.#try("remove", actor, () => actor.remove(target), "", target);
    else if (dice < 12) await this.#try("remove", actor, () => actor.leave(), "", actor);
    else if (dice < 14) await this.#try("promote", actor, () => actor.makeRole(target, "admin"), "", target);
    else if (dice < 16) await this.#try("demote", actor, () => actor.makeRole(target, "member"), "", target);
    else if (dice < 17) await this.#try("rotate", actor, () => actor.in.rotateNow());
    else if (dice < 18) await this.#try("indexers", actor, () => actor.setIndexers(...this.#someWriters()));
    else await this.#try("update-key", actor, () => actor.updateKey());
  }

  async #add(by: Person, other: Person, role: "admin" | "member", history: MemberHistory): Promise<void> {
    const isDone = await this.#try("add", by, () => by.add(other, { role, history }), "", other);
    if (!isDone) return;
    this.histories.set(other, [...(this.histories.get(other) ?? []), history]);
    if (other.room === undefined) await this.world.join(by, other);
  }

  async #acknowledge(person: Person): Promise<boolean> {
    const written = await person.in.acknowledge();
    if (written === undefined) return false;
    this.deeds.push({ kind: "acknowledge", by: person, target: undefined, hash: written.hash, text: "" });
    return true;
  }

  /** A restart, now and then from the storage alone. */
  async #restart(person: Person): Promise<void> {
    this.restarts++;
    await person.reopen(this.#below(2) === 0 ? "checkpoint" : "genesis");
  }

  /** Everything from one other, or the worst of networks: some of it, out of order, some of it twice. */
  async #hear(person: Person): Promise<void> {
    const from = this.#pick(this.people.filter((other) => other.room !== undefined && other !== person));
    if (from === undefined) return;
    if (this.#below(3) > 0) {
      await this.world.give(from, person);
      return;
    }
    const blocks = (await from.in.readStored(0, 1_000)).filter(() => this.#below(4) > 0).map((block) => block.slice());
    const shuffled = blocks.map((block) => ({ block, at: this.#below(1_000) })).sort((a, b) => a.at - b.at);
    while (shuffled.length > 0) {
      const batch = shuffled.splice(0, 1 + this.#below(20)).map(({ block }) => block);
      await person.in.receive(batch);
    }
  }

  /** What is refused to its author with an error of ours is no deed. Another error is a fault. */
  async #try(
    kind: DeedKind,
    by: Person,
    deed: () => Promise<{ readonly hash: Bytes }>,
    text = "",
    target?: Person,
  ): Promise<boolean> {
    try {
      const { hash } = await deed();
      this.deeds.push({ kind, by, target, hash, text });
      return true;
    } catch (error) {
      if (!(error instanceof CoterieError) || error.code === "room/failed") throw error;
      this.refusals++;
      return false;
    }
  }
}

/**
 * The order as somebody's device has it, but for the void blocks in its tail: nobody builds on what the removed go on writing, so that it may stay
 * closed to whoever came later (docs/protocol/rooms.md §4.2, §7).
 */
export function describeOrder({ in: { log } }: Person): string {
  const { position, era, orderHash } = log.order;
  const tail = log.order.tail().filter((block) => !log.isVoid(block));
  return [
    position,
    era,
    encodeHex(orderHash),
    ...tail.map((block) => encodeHex(log.dag.hash(block).subarray(0, 6))),
  ].join(" ");
}
