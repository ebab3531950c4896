/** What the parts of a {@link Syncer} share. Nothing here is for its users. */
import type { Bytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { AbortedError, MalformedMessageError } from "../../errors.ts";
import { oplogLimits } from "../../limits.ts";
import { type AbortSignalLike, type CallOptions, requireNotAborted } from "../abort.ts";
import type { AppendRefusal, Relay, WriterHead } from "../relay.ts";
import type { AlarmDesk, Misbehaviour } from "./alarms.ts";
import type { SyncHost } from "./sync-host.ts";
import type { RelayMemory } from "./sync-state.ts";
import type { TipTable } from "./tip-table.ts";
import type { WantedBlocks } from "./wanted-blocks.ts";

/** What a syncer works with. */
export interface SyncDeps extends Pick<Primitives, "sha256" | "verify"> {
  readonly nowMs: () => number;
}

/** How often and how much. */
export interface SyncOptions {
  /** Between two comparisons of all heads. */
  readonly headsEveryMs: number;
  /** Pages of one step; then others have their turn. */
  readonly pagesPerStep: number;
  /** Blocks of one page. */
  readonly pageBlocks: number;
  /** Rounds of asking all relays for a block before an alarm. */
  readonly withholdingRounds: number;
  /** Until something that failed is tried again; it doubles each time. */
  readonly retryMs: number;
  readonly retryMostMs: number;
}

/** What suits a device with people in front of it. */
export const syncDefaults: SyncOptions = {
  headsEveryMs: 60_000,
  pagesPerStep: 64,
  pageBlocks: oplogLimits.pageBlocks,
  withholdingRounds: 3,
  retryMs: 1_000,
  retryMostMs: 60_000,
};

/** Somebody else wrote with this device's key, or this device forgot what it wrote: nothing of this writer is sent any more. */
export interface OwnHeadAhead {
  readonly writer: Bytes;
  /** A block signed by the key that was not in the own store, and who had it. Undefined after a restart: it was found out before. */
  readonly found: { readonly relay: string; readonly head: WriterHead; readonly block: Bytes } | undefined;
}

/** One relay, as it was found. */
export interface RelayPeer {
  readonly id: string;
  readonly relay: Relay;
  memory: RelayMemory;
  /** Calls that failed in a row. */
  failures: number;
  nextTryAtMs: number;
  /** When all heads were compared last; undefined: not in this process. */
  headsAtMs: number | undefined;
  /** The moment at which the heads of the last comparison were read. */
  headsMoment: number;
  areHeadsDue: boolean;
  /** Whether everything is fetched again, known or not. */
  isFetchingAll: boolean;
  /** Turns in a row in which it did something wrong, and whether it did in this one. */
  strikes: number;
  isBlamed: boolean;
  /** Heads that it showed without giving their blocks, by hash: they are not asked for again. */
  readonly unproven: Set<string>;
  /** What blocks of it follow in the place of the block that is known there. */
  strays: Bytes[];
  /** The first seq that it has of writers that do not begin with 0 there, by key. */
  froms: ReadonlyMap<string, number>;
  isReadOnly: boolean;
  /** Why it takes nothing now. */
  refusal: AppendRefusal | undefined;
  /** Before this time the own store is not gone through again for what the relay lost. */
  rescanAtMs: number;
  rescans: number;
}

/** What all relays of a log share. */
export interface SyncContext {
  readonly deps: SyncDeps;
  readonly logTag: Bytes;
  readonly host: SyncHost;
  readonly options: SyncOptions;
  peers: readonly RelayPeer[];
  /** What is remembered of relays, those of now and others. */
  readonly memories: Map<string, RelayMemory>;
  /** What was given to the host in this process, or was in its store before. */
  readonly delivered: TipTable;
  /** Whether the host let some of that go, how often it was looked for since, and when it may be again. */
  readonly forgotten: { isOpen: boolean; times: number; nextAtMs: number };
  readonly wanted: WantedBlocks;
  readonly alarms: AlarmDesk;
  /** Own keys that nothing is sent of any more, by text. */
  readonly stoppedWriters: Map<string, Bytes>;
  /** Which relay many blocks are being fetched from, and when the last ones came. */
  readonly bulk: { holder: string | undefined; progressAtMs: number };
  readonly counts: { received: number; sent: number };
  /** What was found of the last one of them. */
  ownHeadAhead: OwnHeadAhead | undefined;
  /** Whether this device started from a checkpoint, and does not have what is below. */
  hasBase: boolean;
  /** The host's calls of `receive`, one after another. */
  receiving: Promise<unknown>;
  /** Calls that send blocks and are under way. */
  readonly sending: Set<Promise<unknown>>;
  /** The number of the last moment: what happens is ordered by them, whatever the clock says. */
  moment: number;
  /** Whether something changed that is kept. */
  isDirty: boolean;
}

/** One relay's turn. */
export interface SyncScope {
  readonly context: SyncContext;
  readonly peer: RelayPeer;
  readonly signal: AbortSignalLike | undefined;
}

/** A call of a relay failed: the relay's matter, unlike what the host throws. */
export class RelayCallError extends Error {
  constructor(cause: unknown) {
    super("a call of a relay failed", { cause });
  }
}

/** Asks the relay. What it fails with becomes a RelayCallError; an answer that is none is told as well. */
export async function ask<Answer>(
  scope: SyncScope,
  call: (relay: Relay, options: CallOptions) => Promise<Answer>,
): Promise<Answer> {
  requireNotAborted(scope.signal);
  try {
    return await call(scope.peer.relay, { signal: scope.signal });
  } catch (error) {
    if (error instanceof AbortedError && scope.signal?.aborted === true) throw error;
    if (error instanceof MalformedMessageError) blame(scope, "malformed");
    throw new RelayCallError(error);
  }
}

/** A moment after all others. */
export function nextMoment(context: SyncContext): number {
  context.moment += 1;
  return context.moment;
}

/** Tells what a relay did. */
export function blame({ context, peer }: SyncScope, what: Misbehaviour): void {
  peer.isBlamed = true;
  context.alarms.raise({ kind: "misbehaviour", relay: peer.id, what });
}

/** Tells what a relay did, and ends its turn: what it says makes no sense. */
export function giveUp(scope: SyncScope, what: Misbehaviour): never {
  blame(scope, what);
  throw new RelayCallError(new MalformedMessageError("the answer makes no sense"));
}
