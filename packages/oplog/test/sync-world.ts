// A small world that follows from a seed: devices that write, restart and sync over relays that lie and networks that lose, and what must hold.
import { encodeHex } from "@coterie/bytes";
import {
  createRemoteRelay,
  createSingleLogHost,
  createStoreRelay,
  type Envelope,
  MemoryRelay,
  type NamedRelay,
  type Relay,
  type RelayHost,
  type SyncAlarm,
  verifyForkProof,
} from "../src/index.ts";
import {
  type Chance,
  createChance,
  createHostileTransport,
  firstBlocks,
  HostileRelay,
  Journal,
  LossyNetwork,
  type LogView,
  type RelayTrick,
  relayTricks,
  type TrickRates,
  withoutBlocks,
  withoutWriter,
} from "../src/testing.ts";
import { logTag } from "./blocks.ts";
import { deps, Peer, signerOf, writeBlock } from "./sync-peers.ts";
import { connect, fakeScheduler, type FakeScheduler, generousQuotas, tokenOf } from "./sync-scene.ts";

/** What a world has in it. */
export interface WorldKind {
  /** Relays that lie, before those that do not. */
  readonly liars: number;
  readonly honest: number;
  /** Whether the network loses and parts. */
  readonly isLossy: boolean;
  /** Whether answers are spoilt as bytes. */
  readonly spoilsFrames: boolean;
  /** Whether mallory signs two blocks with one seq. */
  readonly hasFork: boolean;
}

interface Device {
  peer: Peer;
  readonly name: string;
  readonly writer: number;
}

export class World {
  readonly journal: Journal;
  readonly scheduler: FakeScheduler = fakeScheduler();
  readonly devices: Device[] = [];
  readonly liars: HostileRelay[] = [];
  readonly alarms: { readonly who: string; readonly alarm: SyncAlarm }[] = [];
  /** Everything that was written, by hash. */
  readonly written = new Map<string, Envelope>();
  readonly #chance: Chance;
  readonly #kind: WorldKind;
  readonly #network: LossyNetwork;
  readonly #hosts = new Map<string, RelayHost>();
  readonly #rates = new Map<HostileRelay, TrickRates>();
  #fork: readonly Envelope[] = [];
  #isOver = false;

  constructor(seed: number, kind: WorldKind) {
    this.journal = new Journal(seed);
    this.#chance = createChance(seed);
    this.#kind = kind;
    const { scheduler, journal } = this;
    const lossy = kind.isLossy ? { loss: 0.15, repeat: 0.1, delayMs: 400 } : { loss: 0, repeat: 0, delayMs: 0 };
    this.#network = new LossyNetwork({ chance: this.#chance, scheduler, journal, ...lossy });
    const foreign = [
      writeBlock(signerOf(77), {
        previous: undefined,
        links: [],
        lamport: 0,
        content: "other log",
        tag: new Uint8Array(16),
      }),
    ];
    for (let i = 0; i < kind.liars + kind.honest; i++) {
      const id = i < kind.liars ? `liar${i}` : `honest${i}`;
      const host = new MemoryRelay(deps, generousQuotas);
      host.createLog({ logTag, token: tokenOf(1) });
      const relay = host.find({ logTag, token: tokenOf(1) });
      if (relay === undefined) throw new Error("the log is not there");
      if (i >= kind.liars) this.#hosts.set(id, host);
      else {
        const liar = new HostileRelay(
          { sha256: deps.sha256, chance: this.#chance, journal },
          { id, relay, foreign: foreign.map(({ bytes }) => bytes) },
        );
        this.liars.push(liar);
        this.#hosts.set(id, createSingleLogHost({ logTag, relay: liar }));
      }
    }
    const count = 2 + this.#chance(3);
    for (let i = 0; i < count; i++) {
      const name = ["alice", "bob", "carol", "dave"][i] ?? "";
      this.devices.push({ name, writer: i + 1, peer: new Peer(name, i + 1) });
    }
    for (const device of this.devices) this.#plug(device);
  }

  /** Things happen. */
  async run(actions: number): Promise<void> {
    this.#lie();
    for (let i = 0; i < actions; i++) await this.#act();
  }

  /** The network is calm and liars lose nothing any more; they repent where `repent` says so. Everybody syncs until nothing changes. */
  async end({ repent }: { readonly repent: boolean }): Promise<void> {
    this.#isOver = true;
    this.#network.calm();
    for (const liar of this.liars) {
      // Whoever cannot be reached does not lie.
      liar.setRates({ ...this.#rates.get(liar), "lose-question": 0, "lose-answer": 0 });
      if (repent) await liar.repent();
    }
    for (const device of this.devices) this.#plug(device);
    for (let round = 0, quiet = 0; round < 60 && quiet < 3; round++) {
      const before = this.#sizes();
      await this.#syncAll();
      this.scheduler.advance(61_000);
      quiet = this.#sizes() === before ? quiet + 1 : 0;
    }
    this.check();
  }

  /** Devices compare with one another what they have. */
  async meet(): Promise<void> {
    for (const device of this.devices) {
      const others = this.devices.filter((other) => other !== device);
      device.peer.connect(
        others.map(({ name, peer }) => ({
          id: name,
          relay: createStoreRelay({ source: peer.store, index: peer.index, subscribe: peer.subscribe }),
        })),
        { scheduler: this.scheduler },
      );
    }
    for (let round = 0; round < 6; round++) {
      await this.#syncAll();
      this.scheduler.advance(61_000);
    }
    this.check();
  }

  /** Never a wrong state: every block is one that was written, after what it builds on; what is told is true. */
  check(): void {
    for (const { peer, name } of this.devices) {
      const seen = new Set<string>();
      for (const { hash, header } of peer.blocks) {
        const key = encodeHex(hash);
        if (!this.written.has(key))
          throw new Error(`${name} has a block that nobody wrote\n${this.journal.toString()}`);
        const previous = encodeHex(header.previous);
        if (header.seq > 0 && !seen.has(previous)) throw new Error(`${name} has a gap\n${this.journal.toString()}`);
        if (seen.has(key)) throw new Error(`${name} has a block twice\n${this.journal.toString()}`);
        seen.add(key);
      }
    }
    for (const { alarm, who } of this.alarms) {
      if (alarm.kind !== "fork") continue;
      const proven = verifyForkProof(deps, { proof: alarm.proof, logTag });
      if (!this.#fork.some(({ header }) => encodeHex(header.writer) === encodeHex(proven.writer)))
        throw new Error(`${who} accuses somebody who signed no fork\n${this.journal.toString()}`);
    }
  }

  /** Whether all devices have everything that was written, in one order. */
  get isConverged(): boolean {
    const [first] = this.devices;
    return this.devices.every(
      ({ peer }) => peer.blocks.length === this.written.size && peer.view() === first?.peer.view(),
    );
  }

  /** Whether some device knows that it misses something. */
  get isWaiting(): boolean {
    return this.devices.some(({ peer }) => peer.waiting > 0);
  }

  describe(): string {
    const have = this.devices.map(
      ({ name, peer }) => `${name} has ${peer.blocks.length} of ${this.written.size}, ${peer.waiting} wait`,
    );
    const alarms = this.alarms.map(({ who, alarm }) => `${who} ${alarm.kind} ${"what" in alarm ? alarm.what : ""}`);
    return [...have, ...alarms, this.journal.toString()].join("\n");
  }

  async #act(): Promise<void> {
    const device = this.devices[this.#chance(this.devices.length)];
    if (device === undefined) return;
    const action = this.#chance(100);
    if (action < 35) await this.#write(device);
    else if (action < 75) await this.#sync(device);
    else if (action < 80) await this.#restart(device);
    else if (action < 88) this.scheduler.advance(1_000 * (1 + this.#chance(70)));
    else if (action < 92 && this.#kind.isLossy) this.#part();
    else if (action < 95) this.#network.heal();
    else this.#lie();
    if (this.#kind.hasFork && this.#fork.length === 0 && this.#chance(8) === 0) await this.#equivocate();
  }

  async #write({ peer, name }: Device): Promise<void> {
    const block = await peer.write(`${name} ${peer.blocks.length}`);
    this.written.set(encodeHex(block.hash), block);
    this.journal.note(name, `writes ${block.header.seq}`);
  }

  #sizes(): string {
    return this.devices.map(({ peer }) => `${peer.blocks.length}/${peer.waiting}`).join();
  }

  /** One device steps, or two at once. */
  async #sync(device: Device): Promise<void> {
    const other = this.devices[this.#chance(this.devices.length)];
    const stepping = other === undefined || other === device ? [device] : [device, other];
    this.journal.note(stepping.map(({ name }) => name).join(), "steps");
    await this.#untilDone(Promise.all(stepping.map(async ({ peer }) => await peer.syncer?.step())));
  }

  async #syncAll(): Promise<void> {
    for (const { peer } of this.devices) {
      for (let i = 0; i < 12; i++) {
        const report = await this.#untilDone(peer.syncer?.step() ?? Promise.resolve(undefined));
        if (report === undefined || report.relays.every(({ outcome }) => outcome.kind !== "more")) break;
      }
    }
  }

  /** Lets time pass while something waits for it. */
  async #untilDone<Value>(work: Promise<Value>): Promise<Value> {
    const state = { isDone: false };
    const done = work.finally(() => void (state.isDone = true));
    done.catch(() => undefined);
    for (let i = 0; !state.isDone && i < 10_000; i++) {
      await new Promise((resolve) => void setImmediate(resolve));
      if (!state.isDone && this.#kind.isLossy) this.scheduler.advance(50);
    }
    return await done;
  }

  async #restart(device: Device): Promise<void> {
    this.journal.note(device.name, "restarts");
    const { peer } = device;
    device.peer = new Peer(device.name, device.writer, peer.store.reopen());
    device.peer.state = peer.state;
    await device.peer.reload();
    this.#plug(device);
  }

  #plug(device: Device): void {
    const relays = [...this.#hosts].map(
      ([id, host]): NamedRelay => ({ id, relay: this.#remote(device.name, { id, host }) }),
    );
    const { peer, name } = device;
    Object.assign(peer.host, {
      onAlarm: (alarm: SyncAlarm) => {
        this.alarms.push({ who: name, alarm });
        this.journal.note(name, `alarm ${alarm.kind} ${"what" in alarm ? alarm.what : ""}`);
      },
    });
    const options = { pageBlocks: 4 + this.#chance(8), retryMs: 500 };
    peer.connect(relays, { scheduler: this.scheduler, options });
  }

  #remote(name: string, { id, host }: { readonly id: string; readonly host: RelayHost }): Relay {
    const { journal, scheduler } = this;
    const direct = connect(host).transport;
    const rates = { garbage: 0.03, cut: 0.03, flip: 0.05, mixUp: 0.03, huge: 0.02 };
    const spoilt =
      this.#kind.spoilsFrames && !this.#isOver
        ? createHostileTransport({ chance: this.#chance, journal }, { id, transport: direct, rates })
        : direct;
    const transport = this.#network.connect({ from: name, to: id }, spoilt);
    return createRemoteRelay({ ...deps, transport, scheduler }, { logTag, token: () => tokenOf(1), timeoutMs: 5_000 });
  }

  #part(): void {
    const ends = [...this.devices.map(({ name }) => name), ...this.#hosts.keys()];
    const groups: string[][] = [[], []];
    for (const end of ends) groups[this.#chance(2)]?.push(end);
    this.#network.partition(groups);
  }

  /** The liars change what they do. */
  #lie(): void {
    for (const liar of this.liars) {
      const rates: Partial<Record<RelayTrick, number>> = {};
      for (const trick of relayTricks) if (this.#chance(4) === 0) rates[trick] = this.#chance() / 3;
      liar.setRates(rates);
      this.#rates.set(liar, rates);
      const [view, name] = this.#view();
      liar.show(view, name);
    }
  }

  #view(): readonly [LogView | undefined, string] {
    const known = [...this.written.values()];
    const some = known.filter(() => this.#chance(5) === 0).map(({ hash }) => hash);
    switch (this.#chance(6)) {
      case 0:
        return [firstBlocks(this.#chance(known.length + 1)), "its first blocks"];
      case 1:
        return [withoutWriter(signerOf(1 + this.#chance(4)).writer), "all but one writer"];
      case 2:
        return [withoutBlocks(some), "all but some blocks"];
      default:
        return [undefined, "everything"];
    }
  }

  /** Mallory, who is a member, gives two blocks with one seq to two relays; or to two devices, where there is one relay. */
  async #equivocate(): Promise<void> {
    const mallory = signerOf(66);
    this.#fork = ["one", "other"].map((content) =>
      writeBlock(mallory, { previous: undefined, links: [], lamport: 0, content: `mallory ${content}` }),
    );
    this.journal.note("mallory", "signs two blocks");
    for (const block of this.#fork) this.written.set(encodeHex(block.hash), block);
    for (const [i, block] of this.#fork.entries()) {
      const device = this.devices[i % this.devices.length];
      await device?.peer.take([block.bytes]);
    }
  }
}
