/** Fetching blocks in the order of their arrival, page by page. */
import { oplogLimits } from "../../limits.ts";
import type { RelayPage } from "../relay.ts";
import { deliver } from "./deliver.ts";
import { ask, blame, giveUp, type SyncScope } from "./sync-context.ts";

/** How pulling ended: `end`, `more` pages, or `waiting` while another relay gives the same. */
export type PullOutcome = "end" | "more" | "waiting";

/** Pages that make a relay one that many blocks are fetched from. */
const bulkPages = 2;

/** Pulls until the end, or as many pages as a step has. */
export async function pull(scope: SyncScope): Promise<PullOutcome> {
  const { context, peer } = scope;
  const { pagesPerStep, pageBlocks: limit } = context.options;
  for (let pages = 0; pages < pagesPerStep; pages++) {
    const { cursor } = peer.memory;
    const page = await ask(scope, async (relay, options) => await relay.since({ cursor, limit }, options));
    if (page.envelopes.length > limit) giveUp(scope, "malformed");
    if (page.end < cursor) return tellShortened(scope, page);
    const isBulk = page.end - page.next > bulkPages * limit;
    if (isBulk && !mayFetchMany(scope)) return "waiting";
    for (const block of await deliver(scope, { envelopes: page.envelopes })) peer.memory.tips.advance(block);
    if (context.bulk.holder === peer.id) context.bulk.progressAtMs = context.deps.nowMs();
    if (!isSound(page, cursor)) {
      blame(scope, "wrong-cursor");
      // The heads tell what is missed whatever the cursor says.
      peer.areHeadsDue = true;
      return "end";
    }
    if (page.next > cursor + page.envelopes.length) peer.areHeadsDue = true;
    context.isDirty ||= page.next !== cursor;
    peer.memory.cursor = page.next;
    if (page.next >= page.end) {
      leaveBulk(scope);
      peer.isFetchingAll = false;
      return "end";
    }
  }
  return "more";
}

/** Lets another relay be the one that many blocks are fetched from. */
export function leaveBulk({ context, peer }: SyncScope): void {
  if (context.bulk.holder === peer.id) context.bulk.holder = undefined;
}

/** What was dropped may be skipped; nothing else may. */
function isSound({ envelopes, next, end }: RelayPage, cursor: number): boolean {
  if (next < cursor + envelopes.length || next > end || end > oplogLimits.number) return false;
  return next > cursor || end === cursor;
}

function tellShortened({ context, peer }: SyncScope, { end }: RelayPage): PullOutcome {
  context.alarms.raise({ kind: "log-shortened", relay: peer.id, remembered: peer.memory.cursor, shown: end });
  peer.memory.cursor = end;
  peer.areHeadsDue = true;
  context.isDirty = true;
  return "end";
}

/** One relay at a time gives the bulk of a log, so that it does not come as often as there are relays; one that is slow loses its place. */
function mayFetchMany({ context, peer }: SyncScope): boolean {
  const { bulk, deps, options } = context;
  const isFree = bulk.holder === undefined || bulk.holder === peer.id;
  if (!isFree && deps.nowMs() - bulk.progressAtMs < 10 * options.retryMs) return false;
  if (bulk.holder !== peer.id) bulk.progressAtMs = deps.nowMs();
  bulk.holder = peer.id;
  return true;
}
