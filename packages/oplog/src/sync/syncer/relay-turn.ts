/** One relay's turn in a step: compare heads where that is due, pull, ask for what is missing, push. */
import { equalBytes } from "@coterie/bytes";
import { hashKey } from "../../intake/hash-key.ts";
import type { WriterHead } from "../relay.ts";
import { compareWithRemembered, readHeads, readOwnHeads, type ShownHeads, unknownHeads } from "./exchange-heads.ts";
import { fetchStrays, fetchWanted } from "./fetch-blocks.ts";
import { costOf, fetchHeads } from "./fetch-heads.ts";
import { leaveBulk, pull, type PullOutcome } from "./pull.ts";
import { push, pushWhatIsLost } from "./push.ts";
import { nextMoment, RelayCallError, type SyncContext, type SyncScope } from "./sync-context.ts";
import { TipTable } from "./tip-table.ts";

const blocksPerQuestion = 64;

/** How a turn ended. */
export type TurnOutcome =
  /** Everything that either side has is on both. */
  | { readonly kind: "synced" }
  /** There is more to do at once. */
  | { readonly kind: "more" }
  /** Another relay gives the same; this one's turn comes when it is needed. */
  | { readonly kind: "waiting" }
  /** A call failed. */
  | { readonly kind: "failed"; readonly cause: unknown };

/** Takes a turn. What the host throws goes through; what the relay fails with is an outcome. */
export async function takeTurn(scope: SyncScope): Promise<TurnOutcome> {
  const { peer } = scope;
  try {
    peer.isBlamed = false;
    const kind = await syncWith(scope);
    peer.failures = 0;
    // Who is at fault is asked again, but not at once.
    peer.strikes = peer.isBlamed ? peer.strikes + 1 : 0;
    if (peer.isBlamed) backOff(scope, peer.strikes);
    return { kind };
  } catch (error) {
    if (!(error instanceof RelayCallError)) throw error;
    leaveBulk(scope);
    peer.failures += 1;
    backOff(scope, peer.failures);
    return { kind: "failed", cause: error.cause };
  }
}

function backOff({ peer, context: { deps, options } }: SyncScope, times: number): void {
  peer.nextTryAtMs = deps.nowMs() + Math.min(options.retryMostMs, options.retryMs * 2 ** Math.min(times - 1, 20));
}

async function syncWith(scope: SyncScope): Promise<"synced" | "more" | "waiting"> {
  const { context, peer } = scope;
  const { headsEveryMs } = context.options;
  const isDue = peer.headsAtMs === undefined || context.deps.nowMs() - peer.headsAtMs >= headsEveryMs;
  const outcome = isDue || peer.areHeadsDue ? await compareAndPull(scope) : await pull(scope);
  await fetchStrays(scope);
  if (outcome !== "end") return outcome;
  let isMissingMore = false;
  if (isHeadsFirst(scope)) peer.areHeadsDue = true;
  else isMissingMore = await fetchWanted(scope);
  // Whatever is missed: what anybody lets others ask for without end does not keep own blocks here.
  if (await push(scope)) return "more";
  return peer.areHeadsDue || isMissingMore ? "more" : "synced";
}

/** Asking for a hash tells that something builds on it. All heads are asked for before, which tells nothing and is mostly enough. */
function isHeadsFirst({ context, peer }: SyncScope): boolean {
  const since = context.wanted.newestDueSince(peer.id, context.deps.nowMs());
  return since !== undefined && peer.headsMoment < since;
}

async function compareAndPull(scope: SyncScope): Promise<PullOutcome> {
  const { context, peer } = scope;
  const { memory } = peer;
  const startedAtMs = context.deps.nowMs();
  const moment = nextMoment(context);
  const remembered = [...memory.tips.all(), ...memory.withdrawn];
  const shown = await readHeads(scope);
  await lookForForgotten(context);
  peer.froms = new Map(
    shown.heads.flatMap(({ writer, from }) => (from === undefined ? [] : [[hashKey(writer), from]])),
  );
  // What comes from here on is compared the next time.
  peer.areHeadsDue = false;
  await refill(scope);
  if (!(await isNearEnd(scope, shown))) {
    const pulled = await pull(scope);
    if (pulled !== "end") {
      peer.areHeadsDue = true;
      return pulled;
    }
  }
  const outcome = await fetchHeads(scope, await unknownHeads(context, shown.heads));
  if (outcome === "more") {
    peer.areHeadsDue = true;
    return outcome;
  }
  const kept = await compareWithRemembered(scope, { heads: shown.heads, remembered });
  remember(scope, { shown, remembered, kept });
  // What lies below a checkpoint is not fetched for a head that a relay does not prove.
  const isAllThere = outcome === "fetched" || (context.hasBase && memory.cursor === 0);
  if (isAllThere) memory.cursor = Math.max(memory.cursor, shown.end);
  await pushWhatIsLost(scope, { heads: shown.heads, ownHeads: await readOwnHeads(context) });
  if (peer.headsAtMs === undefined) await context.host.headsCompared?.();
  peer.headsAtMs = startedAtMs;
  peer.headsMoment = moment;
  context.isDirty = true;
  return "end";
}

/**
 * Blocks that waited for keys and had to make room for others, which anybody can give in any number, are on no list: nothing but the heads tells
 * that they are not here. What still waits comes once more then, so that it is done ever more seldom.
 */
async function lookForForgotten(context: SyncContext): Promise<void> {
  const { forgotten, delivered, host, deps, options } = context;
  const nowMs = deps.nowMs();
  if (!forgotten.isOpen || nowMs < forgotten.nextAtMs) return;
  forgotten.isOpen = false;
  forgotten.nextAtMs = nowMs + options.headsEveryMs * 2 ** Math.min(forgotten.times, 6);
  forgotten.times += 1;
  delivered.reset([...(await host.base()), ...(await readOwnHeads(context))]);
}

/** What the host misses is asked for again, should it have been forgotten. */
async function refill({ context }: SyncScope): Promise<void> {
  const missing = await context.host.missing();
  const copies = (await context.host.copiesWanted?.()) ?? [];
  // They were missed before the heads were read, whenever that was.
  context.wanted.add([...missing, ...copies], { since: 0, nowMs: context.deps.nowMs() });
}

/**
 * Whether fetching by heads is less than what lies between the cursor and the end: most of that came from elsewhere, or lies below the
 * checkpoint that this device started from.
 */
async function isNearEnd(scope: SyncScope, { heads, end }: ShownHeads): Promise<boolean> {
  const { context, peer } = scope;
  if (peer.isFetchingAll) return false;
  if (peer.memory.cursor === 0 && context.hasBase) return true;
  const { questions, blocks } = costOf(scope, await unknownHeads(context, heads));
  // Waiting for an answer takes as long as some dozen blocks.
  return 2 * (blocks + blocksPerQuestion * questions) < end - peer.memory.cursor;
}

/** The relay showed these heads; for writers of whom more came since, that counts. */
function remember(
  { peer: { memory } }: SyncScope,
  {
    shown: { heads },
    remembered,
    kept,
  }: {
    readonly shown: ShownHeads;
    readonly remembered: readonly WriterHead[];
    readonly kept: readonly WriterHead[];
  },
): void {
  const since = memory.tips.all().filter(({ hash }) => !remembered.some((head) => equalBytes(head.hash, hash)));
  memory.tips.reset(heads);
  for (const head of since) {
    const tips = memory.tips.of(head.writer);
    if (tips.every(({ seq }) => seq < head.seq)) memory.tips.set(head.writer, [...tips, head]);
  }
  const withdrawn = new TipTable();
  withdrawn.reset(kept);
  memory.withdrawn = withdrawn.all();
}
