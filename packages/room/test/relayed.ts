// People whose rooms meet at relays, through syncers, on machines that may be copied or stopped at any call of their storage.
import { type Bytes, encodeUtf8 } from "@coterie/bytes";
import {
  createMemoryLogStore,
  type LogStore,
  MemoryRelay,
  type MemoryLogStore,
  type Relay,
  type SyncAlarm,
  Syncer,
  type SyncReport,
} from "@coterie/oplog";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { encodeGenesis, joinFromSnapshot } from "../src/index.ts";
import { copyStore, type Person } from "./world.ts";

const generous = {
  logs: 10,
  blocksPerLog: 100_000,
  bytesPerLog: 1e9,
  writersPerLog: 1_000,
  chunkBytesPerLog: 1e9,
};
const token = encodeUtf8("whoever may write here");

/** A machine was stopped. */
export class StoppedError extends Error {}

/** A storage that may be copied, and that stops at a call. */
export class Machine {
  #content: MemoryLogStore;
  readonly #names = new Set<string>();
  /** Calls that change something, since the last {@link Machine.start}. */
  calls = 0;
  #stop: { readonly at: number; readonly isDone: boolean } | undefined;

  constructor(content: MemoryLogStore = createMemoryLogStore()) {
    this.#content = content;
  }

  /** The storage for a process; an earlier one is over. */
  start(): LogStore {
    this.#content = this.#content.reopen();
    this.calls = 0;
    const store = this.#content;
    return {
      ...store,
      append: async (blocks) => await this.#count(async () => await store.append(blocks)),
      save: async (changes) => {
        for (const name of changes.keys()) this.#names.add(name);
        return await this.#count(async () => await store.save(changes));
      },
      drop: async (before) => await this.#count(async () => await store.drop(before)),
    };
  }

  /** Lets it stop at the n-th change from now on: before it is done, or right after. */
  stopAt(at: number, isDone: boolean): void {
    this.calls = 0;
    this.#stop = { at, isDone };
  }

  /** Lets it run again. */
  repair(): void {
    this.#stop = undefined;
  }

  /** Another machine with all of it. */
  async copy(): Promise<Machine> {
    const copy = new Machine(await copyStore(this.#content, [...this.#names]));
    for (const name of this.#names) copy.#names.add(name);
    return copy;
  }

  async #count<Value>(call: () => Promise<Value>): Promise<Value> {
    const stop = this.#stop;
    this.calls += 1;
    if (stop === undefined || this.calls < stop.at) return await call();
    if (this.calls === stop.at && stop.isDone) await call();
    throw new StoppedError();
  }
}

interface SnapshotJoin {
  readonly host: Person;
  readonly newcomer: Person;
  readonly entry: Bytes | undefined;
}

/** Relays of one room, and a clock that everybody goes by. */
export class Relays {
  #nowMs = 0;
  readonly alarms: SyncAlarm[] = [];
  readonly #relays = new Map<string, MemoryRelay>();

  constructor(...ids: readonly string[]) {
    for (const id of ids) this.#relays.set(id, new MemoryRelay(primitives, generous));
  }

  /** Everything that a relay had is lost. */
  empty(id: string, person: Person): void {
    this.#relays.get(id)?.deleteLog(logTagOf(person));
  }

  relay(id: string, person: Person): Relay {
    const relay = this.#relays.get(id);
    const logTag = logTagOf(person);
    relay?.createLog({ logTag, token });
    const found = relay?.find({ logTag, token });
    if (found === undefined) throw new Error("no such relay");
    return found;
  }

  /** Lets somebody in by a snapshot that `host` put on the relay, from which everything comes. */
  async joinBySnapshot(id: string, { host, newcomer, entry }: SnapshotJoin): Promise<void> {
    const relay = this.relay(id, host);
    const manifest = await host.in.makeSnapshot(async (chunk) => {
      const { kind } = await relay.putChunk({ chunk });
      if (kind !== "stored") throw new Error("the relay has no room");
    });
    if (manifest === undefined) throw new Error("the newest checkpoint is certified");
    newcomer.room = await joinFromSnapshot(newcomer.deps, {
      genesis: encodeGenesis(host.in.log.genesis),
      manifest,
      entry,
      getChunk: async (hash) => await relay.getChunk({ hash }),
      findBlock: async (hash) => (await relay.find({ hashes: [hash] }))[0],
    });
  }

  /** A syncer of somebody's open room. */
  connect(person: Person, ...ids: readonly string[]): Syncer {
    const { sha256, verify } = primitives;
    return new Syncer(
      { sha256, verify, nowMs: () => this.#nowMs },
      {
        logTag: logTagOf(person),
        host: person.in.syncHost((alarm) => this.alarms.push(alarm)),
        relays: ids.map((id) => ({ id, relay: this.relay(id, person) })),
        options: { headsEveryMs: 1_000 },
      },
    );
  }

  /** One step of a syncer, two seconds later. */
  async step(syncer: Syncer): Promise<SyncReport> {
    this.#nowMs += 2_000;
    return await syncer.step();
  }

  /** Steps of one syncer until there is nothing more to do; the room acknowledges what came. */
  async sync(person: Person, syncer: Syncer): Promise<SyncReport> {
    for (;;) {
      this.#nowMs += 2_000;
      const report = await syncer.step();
      const written = await person.in.acknowledge();
      const isDone = report.relays.every(({ outcome }) => outcome.kind === "synced");
      if (isDone && written === undefined && report.sent === 0) return report;
    }
  }
}

function logTagOf(person: Person): Bytes {
  return person.in.log.logId.slice(0, 16);
}
