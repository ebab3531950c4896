/**
 * Whole rooms over relays that lie, lose and withhold, at random from a seed (test 28): nobody is ever shown what was not said, nobody who was
 * removed reads on, and all come to the same where an honest relay is there, or where they meet.
 */
import { MemoryRelay, type Relay, type SyncAlarm, Syncer } from "@coterie/oplog";
import {
  createChance,
  firstBlocks,
  HostileRelay,
  Journal,
  type LogView,
  type RelayTrick,
  relayTricks,
  type TrickRates,
  withoutBlocks,
  withoutWriter,
} from "@coterie/oplog/testing";
import { encodeUtf8, type Bytes } from "@coterie/bytes";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { type Person, World } from "./world.ts";

const quotas = { logs: 1, blocksPerLog: 100_000, bytesPerLog: 1e9, writersPerLog: 1_000, chunkBytesPerLog: 1e9 };
const token = encodeUtf8("whoever may write here");
const forgedReasons: ReadonlySet<string> = new Set(["bad-signature", "not-a-block", "other-log"]);

/** How many rooms ended in which way. */
export interface RelayTally {
  rooms: number;
  /** All had everything by the relays alone. */
  converged: number;
  /** Not so, and somebody was told that something is wrong. */
  alarmed: number;
  /** Not so, and nobody could know: the newest blocks of others, on which nothing builds here. */
  hidden: number;
  removals: number;
  tricks: number;
}

/** Plays a room for each seed. Throws with the journal of those that end badly. */
export async function playAtRelays({
  from,
  count,
}: {
  readonly from: number;
  readonly count: number;
}): Promise<RelayTally> {
  const tally: RelayTally = { rooms: 0, converged: 0, alarmed: 0, hidden: 0, removals: 0, tricks: 0 };
  for (let seed = from; seed < from + count; seed++) {
    const room = new RelayedRoom(seed);
    await room.play(tally).catch((cause: unknown) => {
      throw new Error(`seed ${seed}: ${String(cause)}\n${room.journal.toString()}`, { cause });
    });
    tally.rooms++;
    tally.tricks += room.journal.entries.length;
  }
  return tally;
}

class RelayedRoom {
  readonly journal: Journal;
  readonly #world: World;
  readonly #chance: ReturnType<typeof createChance>;
  readonly #liar: HostileRelay;
  readonly #relays: { readonly id: string; readonly relay: Relay }[];
  readonly #hasHonest: boolean;
  readonly #people: readonly Person[];
  readonly #syncers = new Map<Person, Syncer>();
  readonly #alarms: SyncAlarm[] = [];
  readonly #said = new Set<string>();
  #removed: Person | undefined;
  #rates: TrickRates = {};
  #nowMs = 0;
  readonly #host = new MemoryRelay(primitives, quotas);
  readonly #honest = new MemoryRelay(primitives, quotas);
  #logTag: Bytes = new Uint8Array();

  constructor(seed: number) {
    this.journal = new Journal(seed);
    this.#chance = createChance(seed);
    this.#world = new World(seed);
    this.#hasHonest = seed % 2 === 0;
    this.#people = ["alice", "bob", "carol"].map((name) => this.#world.person(name));
    const deps = { sha256: primitives.sha256, chance: this.#chance, journal: this.journal };
    // The log is there from the first syncer on.
    const relay = lazily(() => this.#logAt(this.#host));
    this.#liar = new HostileRelay(deps, { id: "liar", relay });
    this.#relays = [{ id: "liar", relay: this.#liar }];
    if (this.#hasHonest) this.#relays.push({ id: "honest", relay: lazily(() => this.#logAt(this.#honest)) });
  }

  async play(tally: RelayTally): Promise<void> {
    const [alice, bob, carol] = this.#people;
    if (!(alice && bob && carol)) throw new Error("three people");
    await this.#world.foundBy(alice, { checkpointInterval: [5, 1_000][this.#chance(2)] ?? 5 });
    this.#logTag = alice.in.log.logId.slice(0, 16);
    for (const other of [bob, carol]) {
      await alice.add(other, { role: "admin" });
      await this.#world.join(alice, other);
    }
    for (const person of this.#people) this.#connect(person);
    this.#lie();
    for (let action = 0, actions = 10 + this.#chance(12); action < actions; action++) await this.#act();
    await this.#end();
    this.#check();
    await this.#judge(tally);
  }

  async #act(): Promise<void> {
    const person = this.#people[this.#chance(this.#people.length)];
    if (person === undefined) return;
    const action = this.#chance(100);
    if (action < 30) await this.#say(person);
    else if (action < 36) await person.in.rotateNow().catch(ignoreRefusal(person));
    else if (action < 42) await this.#removeCarol();
    else if (action < 84) await this.#sync(person);
    else if (action < 90) await this.#restart(person);
    else this.#lie();
    await this.#checkLines(person);
  }

  async #say(person: Person): Promise<void> {
    const text = `${person.name} says ${this.#said.size}`;
    this.#said.add(text);
    this.journal.note(person.name, "says");
    await person.say(text).catch(ignoreRefusal(person));
  }

  async #removeCarol(): Promise<void> {
    const [alice, , carol] = this.#people;
    if (this.#removed !== undefined || alice === undefined || carol === undefined) return;
    this.journal.note("alice", "removes carol");
    await alice.remove(carol);
    this.#removed = carol;
  }

  async #restart(person: Person): Promise<void> {
    this.journal.note(person.name, "restarts");
    await person.reopen(this.#chance(2) === 0 ? "checkpoint" : "genesis");
    this.#connect(person);
  }

  async #sync(person: Person): Promise<boolean> {
    this.#nowMs += 61_000;
    const sizeBefore = person.in.log.dag.size;
    const report = await this.#syncers.get(person)?.step();
    const written = await person.in.acknowledge();
    return (report?.sent ?? 0) > 0 || written !== undefined || person.in.log.dag.size > sizeBefore;
  }

  /** The liar loses nothing any more, and now and then repents; everybody steps until nothing changes. */
  async #end(): Promise<void> {
    this.#liar.setRates({ ...this.#rates, "lose-question": 0, "lose-answer": 0 });
    if (this.#chance(3) === 0) await this.#liar.repent();
    for (let quiet = 0, round = 0; quiet < 4 && round < 60; round++) {
      let isBusy = false;
      for (const person of this.#people) isBusy = (await this.#sync(person)) || isBusy;
      quiet = isBusy ? 0 : quiet + 1;
    }
  }

  async #judge(tally: RelayTally): Promise<void> {
    if (this.#removed !== undefined) tally.removals++;
    const isConverged = await this.#isOne();
    if (isConverged) tally.converged++;
    else if (this.#hasHonest) throw new Error("there is an honest relay, and yet they differ");
    else if (this.#alarms.length > 0) tally.alarmed++;
    else if (this.#people.some(({ in: { log } }) => log.waiting.missing.length > 0))
      throw new Error("neither all blocks nor an alarm");
    else tally.hidden++;
    for (const person of this.#people) person.given.clear();
    await this.#world.settle(...this.#people);
    const [alice] = this.#people;
    if (!(await this.#isOne())) throw new Error("not even after meeting");
    const after = await alice?.say("after all");
    await this.#world.settle(...this.#people);
    for (const person of this.#staying) if (!(await person.lines()).includes("after all")) throw new Error("unread");
    if (after !== undefined && (await this.#removed?.lines())?.includes("after all") === true)
      throw new Error("the removed one reads on");
    // Forged copies are told of; nobody's own blocks are.
    for (const { alarms, name } of this.#people)
      for (const alarm of alarms)
        if (alarm.kind !== "refused-block" || !forgedReasons.has(alarm.reason))
          throw new Error(`${name} is alarmed: ${alarm.kind}`);
  }

  get #staying(): readonly Person[] {
    return this.#people.filter((person) => person !== this.#removed);
  }

  /** Whether all who stay have one view with everything that they said. */
  async #isOne(): Promise<boolean> {
    const views = await Promise.all(this.#staying.map(async (person) => (await person.lines()).join("\n")));
    return new Set(views).size === 1 && this.#staying.every((person) => person.in.log.waiting.blocks === 0);
  }

  /** What is shown was said, and stands there once. */
  async #checkLines(person: Person): Promise<void> {
    const lines = await person.lines();
    if (new Set(lines).size !== lines.length) throw new Error(`${person.name} reads something twice`);
    for (const line of lines) if (!this.#said.has(line)) throw new Error(`${person.name} reads what nobody said`);
  }

  /** Liars accuse nobody: nobody forked. */
  #check(): void {
    if (this.#alarms.some(({ kind }) => kind === "fork")) throw new Error("somebody is accused of a fork");
  }

  #connect(person: Person): void {
    const { sha256, verify } = primitives;
    const host = person.in.syncHost((alarm) => {
      this.#alarms.push(alarm);
      this.journal.note(person.name, `is alarmed: ${alarm.kind}`);
    });
    const options = { pageBlocks: 4 + this.#chance(8), retryMs: 500 };
    const input = { logTag: this.#logTag, host, relays: this.#relays, options };
    this.#syncers.set(person, new Syncer({ sha256, verify, nowMs: () => this.#nowMs }, input));
  }

  #lie(): void {
    const rates: Partial<Record<RelayTrick, number>> = {};
    for (const trick of relayTricks) if (this.#chance(4) === 0) rates[trick] = this.#chance() / 3;
    this.#rates = rates;
    this.#liar.setRates(rates);
    const [view, name] = this.#view();
    this.#liar.show(view, name);
  }

  #view(): readonly [LogView | undefined, string] {
    const [alice] = this.#people;
    if (alice === undefined) return [undefined, "everything"];
    const { dag } = alice.in.log;
    const writers = this.#people.flatMap(({ in: room }) => room.writer ?? []);
    const writer = writers[this.#chance(writers.length)];
    switch (this.#chance(6)) {
      case 0:
        return [firstBlocks(this.#chance(dag.size + 1)), "its first blocks"];
      case 1:
        return writer === undefined ? [undefined, "everything"] : [withoutWriter(writer), "all but one writer"];
      case 2: {
        const hashes = Array.from({ length: dag.size }, (_, block) => dag.hash(block));
        return [withoutBlocks(hashes.filter(() => this.#chance(5) === 0)), "all but some blocks"];
      }
      default:
        return [undefined, "everything"];
    }
  }

  #logAt(host: MemoryRelay): Relay {
    host.createLog({ logTag: this.#logTag, token });
    const relay = host.find({ logTag: this.#logTag, token });
    if (relay === undefined) throw new Error("the log is not there");
    return relay;
  }
}

/** Who was removed, and knows it, is refused; nothing else may fail. */
function ignoreRefusal(person: Person): (error: unknown) => undefined {
  return (error) => {
    if (person.knowsAsMember(person)) throw error;
    return undefined;
  };
}

function lazily(find: () => Relay): Relay {
  return {
    append: async (input, options) => await find().append(input, options),
    since: async (input, options) => await find().since(input, options),
    find: async (input, options) => await find().find(input, options),
    range: async (input, options) => await find().range(input, options),
    heads: async (input, options) => await find().heads(input, options),
    putChunk: async (input, options) => await find().putChunk(input, options),
    getChunk: async (input, options) => await find().getChunk(input, options),
    subscribe: (listener) => find().subscribe(listener),
  };
}
