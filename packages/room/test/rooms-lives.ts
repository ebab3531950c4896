/**
 * Random lives of devices in one room that meet at a relay: they write, are copied with all they have, stop in the middle of any call of their
 * storage, start again, drop what checkpoints cover, and the relay forgets everything. In the end everything that was said stands once in every
 * view, in one order, and nobody was alarmed of anybody.
 */
import { encodeUtf8 } from "@coterie/bytes";
import type { Syncer } from "@coterie/oplog";
import { Machine, Relays, StoppedError } from "./relayed.ts";
import { type Person, seeded, World } from "./world.ts";

interface Device {
  readonly person: Person;
  readonly machine: Machine;
  syncer: Syncer | undefined;
  isStopping: boolean;
  /** Texts of which nobody was told whether they are durable. */
  readonly doubtful: Set<string>;
}

/** What happened in a life. */
export interface LifeTally {
  said: number;
  copies: number;
  stops: number;
  drops: number;
  emptied: number;
}

/** Plays many lives, one after the other. */
export async function playLives({
  from,
  count,
  steps,
}: {
  readonly from: number;
  readonly count: number;
  readonly steps: number;
}): Promise<LifeTally> {
  const all: LifeTally = { said: 0, copies: 0, stops: 0, drops: 0, emptied: 0 };
  for (let seed = from; seed < from + count; seed++) {
    const life = new Life(seed);
    await life.play(steps);
    for (const sum of ["said", "copies", "stops", "drops", "emptied"] as const) all[sum] += life.tally[sum];
  }
  return all;
}

/** One life. Throws where something is not as it should be: with what happened. */
class Life {
  readonly tally: LifeTally = { said: 0, copies: 0, stops: 0, drops: 0, emptied: 0 };
  readonly #seed: number;
  readonly #world: World;
  readonly #relays = new Relays("relay");
  readonly #devices: Device[] = [];
  readonly #below: (limit: number) => number;
  readonly #said: string[] = [];
  readonly #trace: string[] = [];

  constructor(seed: number) {
    this.#seed = seed;
    this.#world = new World(seed);
    this.#below = seeded(seed * 7 + 1).below;
  }

  async play(steps: number): Promise<void> {
    try {
      await this.#begin();
      for (let step = 0; step < steps; step++) await this.#step();
      await this.#end();
    } catch (cause) {
      throw new Error(`seed ${this.#seed}: ${String(cause)}\n${this.#trace.join("; ")}`, { cause });
    }
  }

  async #begin(): Promise<void> {
    const [alice, ...others] = ["alice", "bob", "carol"].map((name) =>
      this.#add(this.#world.person(name), new Machine()),
    );
    if (alice === undefined) throw new Error("a room has a founder");
    await this.#world.foundBy(alice.person, { checkpointInterval: 5 + this.#below(8) });
    for (const { person } of others) {
      await alice.person.add(person, { role: "admin" });
      await this.#world.invite(alice.person, person);
    }
    for (const device of [alice, ...others, alice]) await this.#sync(device);
    for (const device of others) await this.#say(device);
    for (const device of [...others, alice]) await this.#sync(device);
    if (this.#below(2) === 0) await alice.person.setIndexers(...others.map(({ person }) => person), alice.person);
    for (const device of [alice, ...others, alice]) await this.#sync(device);
  }

  #add(person: Person, machine: Machine): Device {
    const device = { person, machine, syncer: undefined, isStopping: false, doubtful: new Set<string>() };
    person.store = machine.start();
    this.#devices.push(device);
    return device;
  }

  async #step(): Promise<void> {
    const device = this.#devices[this.#below(this.#devices.length)];
    if (device === undefined) return;
    const what = this.#below(100);
    await this.#try(device, async () => {
      if (what < 45) await this.#say(device);
      else if (what < 70) await this.#sync(device);
      else if (what < 76) await this.#restart(device, what % 2 === 0 ? "checkpoint" : "genesis");
      else if (what < 82 && this.#devices.length < 6) await this.#copy(device);
      else if (what < 90) this.#stopSoon(device);
      else if (what < 94) await device.person.in.rotateNow();
      else if (what < 98) await this.#drop(device);
      else await this.#empty();
    });
  }

  async #try(device: Device, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (!device.isStopping) throw error;
      this.#note(device, `stopped (${error instanceof StoppedError ? "" : String(error)})`);
      this.tally.stops += 1;
      device.isStopping = false;
      device.machine.repair();
      await this.#restart(device, "checkpoint");
    }
  }

  async #say(device: Device): Promise<void> {
    const text = `${device.person.name} ${this.#said.length + device.doubtful.size}/${this.#below(1e6)}`;
    this.#note(device, `says ${text}`);
    device.doubtful.add(text);
    await device.person.in.write(encodeUtf8(text));
    device.doubtful.delete(text);
    this.#said.push(text);
    this.tally.said += 1;
  }

  async #sync(device: Device): Promise<void> {
    this.#note(device, "syncs");
    device.syncer ??= this.#relays.connect(device.person, "relay");
    await this.#relays.sync(device.person, device.syncer);
  }

  async #restart(device: Device, from: "checkpoint" | "genesis"): Promise<void> {
    const { person, machine } = device;
    const isWhole = person.store.first() === 0;
    this.#note(device, `starts again from ${isWhole ? from : "checkpoint"}`);
    device.syncer = undefined;
    device.isStopping = false;
    machine.repair();
    person.store = machine.start();
    await person.reopen(isWhole ? from : "checkpoint");
  }

  /** Of three machines with the same unsent block two would write it again: what is copied twice has sent everything. */
  async #copy(device: Device): Promise<void> {
    const { identity } = device.person.keys;
    if (this.#devices.filter(({ person }) => person.keys.identity === identity).length > 1) await this.#sync(device);
    this.#note(device, "is copied");
    const person = await device.person.clone();
    person.ownHead = this.#below(3) === 0 ? "confirm" : "trust";
    const copy = this.#add(person, await device.machine.copy());
    for (const text of device.doubtful) copy.doubtful.add(text);
    await person.open(device.person.in.log.logId);
    this.tally.copies += 1;
  }

  #stopSoon(device: Device): void {
    this.#note(device, "will stop");
    device.isStopping = true;
    device.machine.stopAt(1 + this.#below(8), this.#below(2) === 0);
  }

  /** After what it has was sent: what nobody has must not be dropped. */
  async #drop(device: Device): Promise<void> {
    await this.#sync(device);
    this.#note(device, "drops");
    if (await device.person.in.dropCovered()) this.tally.drops += 1;
  }

  /**
   * Not where two machines have one writer: what one of them sent, and nobody fetched, would be a fork. And not where somebody lacks what others
   * dropped: who is too far behind has to join again by a snapshot.
   */
  async #empty(): Promise<void> {
    const [first] = this.#devices;
    if (first === undefined || this.tally.copies > 0) return;
    for (let round = 0; round < 2; round++)
      for (const each of this.#devices) await this.#try(each, () => this.#sync(each));
    this.#trace.push("the relay forgets");
    this.#relays.empty("relay", first.person);
    for (const device of this.#devices) device.syncer = undefined;
    this.tally.emptied += 1;
  }

  async #end(): Promise<void> {
    for (const device of this.#devices) {
      device.machine.repair();
      device.isStopping = false;
    }
    this.#trace.push("all meet");
    for (let round = 0; round < 4; round++) for (const device of this.#devices) await this.#sync(device);
    const doubtful = new Set(this.#devices.flatMap((device) => [...device.doubtful]));
    const [first] = this.#devices;
    const expected = (await first?.person.lines()) ?? [];
    for (const text of this.#said) {
      const times = expected.filter((line) => line === text).length;
      if (times !== 1) throw new Error(`${text} is there ${times} times`);
    }
    const known = new Set([...this.#said, ...doubtful]);
    const strange = expected.filter((line) => !known.has(line));
    if (strange.length > 0 || new Set(expected).size < expected.length) throw new Error(`too much: ${strange.join()}`);
    for (const { person } of this.#devices) {
      const lines = await person.lines();
      if (lines.join() !== expected.join()) throw new Error(`${person.name} has another view`);
      if (person.in.log.waiting.blocks > 0) throw new Error(`${person.name} waits`);
      if (person.alarms.length > 0) throw new Error(`${person.name} is alarmed: ${person.alarms[0]?.kind}`);
    }
    const forks = this.#relays.alarms.filter(({ kind }) => kind === "fork" || kind === "misbehaviour");
    if (forks.length > 0) throw new Error(`sync is alarmed: ${forks[0]?.kind}`);
  }

  #note({ person }: Device, what: string): void {
    this.#trace.push(`${person.name} ${this.#devices.findIndex((device) => device.person === person)} ${what}`);
  }
}
