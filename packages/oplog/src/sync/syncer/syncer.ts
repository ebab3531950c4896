/**
 * Keeps one log the same on this device and on its relays (docs/protocol/rooms.md §10.4): pushes what they lack, pulls what is new, asks for what
 * is missing, and tells where a relay or a writer is not honest. It believes nothing that is not signed, has no timer, and works in steps.
 */
import { type Bytes, encodeHex, equalBytes } from "@coterie/bytes";
import { oplogLimits } from "../../limits.ts";
import { hashKey } from "../../intake/hash-key.ts";
import { type CallOptions, requireNotAborted } from "../abort.ts";
import type { AppendRefusal, Relay } from "../relay.ts";
import { AlarmDesk } from "./alarms.ts";
import { readOwnHeads } from "./exchange-heads.ts";
import { takeTurn, type TurnOutcome } from "./relay-turn.ts";
import {
  type OwnHeadAhead,
  type RelayPeer,
  type SyncContext,
  syncDefaults,
  type SyncDeps,
  type SyncOptions,
} from "./sync-context.ts";
import type { SyncHost } from "./sync-host.ts";
import { decodeSyncState, emptyMemory, encodeSyncState } from "./sync-state.ts";
import { TipTable } from "./tip-table.ts";
import { WantedBlocks } from "./wanted-blocks.ts";

/** A relay, with a name under which it is remembered. */
export interface NamedRelay {
  readonly id: string;
  readonly relay: Relay;
}

/** What is kept the same. */
export interface SyncerInput {
  /** 16 bytes. */
  readonly logTag: Bytes;
  readonly host: SyncHost;
  readonly relays: readonly NamedRelay[];
  /** Those of `syncDefaults` where they are left out. */
  readonly options?: Partial<SyncOptions>;
}

/** How it stands with one relay. */
export interface RelayReport {
  readonly id: string;
  /** `backing-off`: it failed, and its time has not come. */
  readonly outcome: TurnOutcome | { readonly kind: "backing-off" };
  /** When all heads were compared last in this process: until then nobody confirmed that no newer head of the own writer is known. */
  readonly headsAtMs: number | undefined;
  /** Why it takes nothing from this device now. */
  readonly refusal: AppendRefusal | undefined;
}

/** What a step did. */
export interface SyncReport {
  readonly relays: readonly RelayReport[];
  /** Blocks that were given to the host, those it had before too. */
  readonly received: number;
  /** Blocks that relays took. */
  readonly sent: number;
  /** Blocks that are missed. */
  readonly missing: number;
  /** Where somebody else wrote with the key of this device: nothing of it is sent; the room answers with a new writer. */
  readonly ownHeadAhead: OwnHeadAhead | undefined;
  /** When the next step is worth it, unless there are news or own blocks before. */
  readonly nextStepAtMs: number;
}

/** What a step is about. */
export interface StepOptions extends CallOptions {
  /** Relays that have a turn; all where it is left out. */
  readonly relays?: readonly string[];
}

/** Drives one log over its relays. */
export class Syncer {
  readonly #context: SyncContext;
  readonly #busy = new Map<string, Promise<unknown>>();
  #opening: Promise<void> | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(deps: SyncDeps, { logTag, host, relays, options = {} }: SyncerInput) {
    const all = { ...syncDefaults, ...options };
    this.#context = {
      deps,
      logTag,
      host,
      options: all,
      peers: [],
      memories: new Map(),
      delivered: new TipTable(),
      forgotten: { isOpen: false, times: 0, nextAtMs: 0 },
      wanted: new WantedBlocks({ ...all, limit: oplogLimits.wantedBlocks }),
      alarms: new AlarmDesk(host.onAlarm),
      stoppedWriters: new Map(),
      bulk: { holder: undefined, progressAtMs: 0 },
      counts: { received: 0, sent: 0 },
      ownHeadAhead: undefined,
      hasBase: false,
      receiving: Promise.resolve(),
      sending: new Set(),
      moment: 0,
      isDirty: false,
    };
    this.setRelays(relays);
  }

  /** Puts others in the place of the relays. What is remembered of those that go is kept, up to `oplogLimits.rememberedRelays` of them. */
  setRelays(relays: readonly NamedRelay[]): void {
    const { peers } = this.#context;
    this.#context.peers = relays.map(
      (named) => peers.find(({ id, relay }) => id === named.id && relay === named.relay) ?? this.#createPeer(named),
    );
  }

  /**
   * Gives each relay a turn, all at once, and keeps what was learnt. A relay's failures are in the report; what the host throws goes through,
   * and the step may be repeated.
   * @throws AbortedError; SyncStateError where what the host kept is damaged
   */
  async step({ signal, relays }: StepOptions = {}): Promise<SyncReport> {
    requireNotAborted(signal);
    const context = this.#context;
    await this.#open();
    const before = { ...context.counts };
    const peers = context.peers.filter(({ id }) => relays === undefined || relays.includes(id));
    const settled = await Promise.allSettled(
      peers.map(async (peer) => await this.#inTurn(peer, async () => await turnOf({ context, peer, signal }))),
    );
    await tellWithheld(context);
    await this.#save();
    const reports = settled.map((each) => {
      if (each.status === "rejected") throw each.reason;
      return each.value;
    });
    return {
      relays: reports,
      received: context.counts.received - before.received,
      sent: context.counts.sent - before.sent,
      missing: context.wanted.size,
      ownHeadAhead: ownHeadAhead(context),
      nextStepAtMs: nextStepAtMs(context, reports),
    };
  }

  /** Calls `listener` with the id of a relay that tells of news, until what it returns is called. */
  subscribe(listener: (id: string) => void): () => void {
    const stops = this.#context.peers.map(({ id, relay }) => relay.subscribe(() => listener(id)));
    return () => {
      for (const stop of stops) stop();
    };
  }

  /**
   * Fetches everything of a relay from its beginning in the next steps, what is known too: the history before the checkpoint that this device
   * started from.
   */
  fetchAll(relay: string): void {
    for (const peer of this.#context.peers.filter(({ id }) => id === relay)) {
      peer.memory.cursor = 0;
      peer.isFetchingAll = true;
    }
  }

  /** Sends blocks of a key again that was given up: a person knows that nobody else has it. */
  resumeWriter(writer: Bytes): void {
    this.#context.isDirty = this.#context.stoppedWriters.delete(encodeHex(writer)) || this.#context.isDirty;
  }

  /** Lets relays that failed have a turn at once: the network is back, or somebody is waiting. */
  retry(): void {
    for (const peer of this.#context.peers) peer.nextTryAtMs = 0;
  }

  /** Turns of one relay come one after another. */
  async #inTurn<Value>({ id }: RelayPeer, turn: () => Promise<Value>): Promise<Value> {
    const before = this.#busy.get(id);
    const mine = (async (): Promise<Value> => {
      await before;
      return await turn();
    })();
    this.#busy.set(
      id,
      mine.catch(() => undefined),
    );
    return await mine;
  }

  #createPeer({ id, relay }: NamedRelay): RelayPeer {
    const memory = this.#context.memories.get(id) ?? emptyMemory();
    this.#context.memories.set(id, memory);
    return { ...newPeer, id, relay, memory, unproven: new Set(), strays: [] };
  }

  async #open(): Promise<void> {
    this.#opening ??= open(this.#context);
    try {
      await this.#opening;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async #save(): Promise<void> {
    const context = this.#context;
    const before = this.#saving;
    const save = async (): Promise<void> => {
      await before;
      if (!context.isDirty) return;
      context.isDirty = false;
      try {
        forgetSome(context);
        const stoppedWriters = [...context.stoppedWriters.values()];
        await context.host.save(encodeSyncState({ relays: context.memories, stoppedWriters }));
      } catch (error) {
        context.isDirty = true;
        throw error;
      }
    };
    const saving = save();
    this.#saving = saving.catch(() => undefined);
    await saving;
  }
}

const newPeer: Omit<RelayPeer, "id" | "relay" | "memory" | "unproven" | "strays"> = {
  failures: 0,
  nextTryAtMs: 0,
  headsAtMs: undefined,
  headsMoment: -1,
  areHeadsDue: false,
  isFetchingAll: false,
  strikes: 0,
  isBlamed: false,
  froms: new Map(),
  isReadOnly: false,
  refusal: undefined,
  rescanAtMs: 0,
  rescans: 0,
};

async function open(context: SyncContext): Promise<void> {
  const kept = await context.host.load();
  if (kept !== undefined) {
    const { relays, stoppedWriters } = decodeSyncState(kept);
    for (const [id, memory] of relays) context.memories.set(id, memory);
    for (const peer of context.peers) peer.memory = context.memories.get(peer.id) ?? peer.memory;
    for (const writer of stoppedWriters) context.stoppedWriters.set(encodeHex(writer), writer);
  }
  const base = await context.host.base();
  context.hasBase = base.length > 0;
  context.delivered.reset([...base, ...(await readOwnHeads(context))]);
}

async function turnOf(scope: Parameters<typeof takeTurn>[0]): Promise<RelayReport> {
  const { context, peer } = scope;
  const isBackingOff = context.deps.nowMs() < peer.nextTryAtMs;
  const outcome = isBackingOff ? ({ kind: "backing-off" } as const) : await takeTurn(scope);
  return { id: peer.id, outcome, headsAtMs: peer.headsAtMs, refusal: peer.refusal };
}

function ownHeadAhead({ host, ownHeadAhead, stoppedWriters }: SyncContext): OwnHeadAhead | undefined {
  const own = host.ownWriter();
  if (own === undefined || !stoppedWriters.has(encodeHex(own))) return undefined;
  const isFound = ownHeadAhead !== undefined && equalBytes(ownHeadAhead.writer, own);
  return isFound ? ownHeadAhead : { writer: own, found: undefined };
}

function nextStepAtMs(context: SyncContext, reports: readonly RelayReport[]): number {
  const { wanted, options, deps } = context;
  const nowMs = deps.nowMs();
  const peers = context.peers.filter(({ id }) => reports.some((report) => report.id === id));
  const times = peers.map((peer) => {
    const kind = reports.find(({ id }) => id === peer.id)?.outcome.kind;
    if (kind === "synced") {
      const retryMs = peer.refusal === undefined ? options.headsEveryMs : options.retryMostMs;
      return Math.max(peer.nextTryAtMs, Math.min((peer.headsAtMs ?? nowMs) + options.headsEveryMs, nowMs + retryMs));
    }
    return Math.max(peer.nextTryAtMs, kind === "waiting" ? nowMs + options.retryMs : nowMs);
  });
  const relays = reachable({ peers });
  return Math.max(nowMs, Math.min(...times, wanted.nextAtMs({ relays, nowMs })));
}

/** Relays whose "no" counts. */
function reachable({ peers }: Pick<SyncContext, "peers">): readonly string[] {
  return peers.flatMap(({ id, failures, headsAtMs }) => (failures === 0 && headsAtMs !== undefined ? [id] : []));
}

/** Tells what nobody gives, unless it came some other way. */
async function tellWithheld(context: SyncContext): Promise<void> {
  const relays = reachable(context);
  const hashes = context.wanted.endRounds({ reachable: relays, nowMs: context.deps.nowMs() });
  if (hashes.length === 0) return;
  const missing = new Set((await context.host.missing()).map(hashKey));
  for (const hash of hashes) {
    if (missing.has(hashKey(hash))) context.alarms.raise({ kind: "withheld", hash, relays });
    else context.wanted.remove(hash);
  }
}

/** Relays that are gone, the ones first that were met first. */
function forgetSome({ memories, peers }: SyncContext): void {
  for (const id of memories.keys()) {
    if (memories.size <= oplogLimits.rememberedRelays) return;
    if (!peers.some((peer) => peer.id === id)) memories.delete(id);
  }
}
