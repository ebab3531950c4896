/**
 * Comparing heads: chains have no gaps, so that the heads of all writers tell whether anything is missing, here or there, and whether a relay
 * still stands by what it showed.
 */
import { type Bytes, equalBytes } from "@coterie/bytes";
import { tryDecodeEnvelope } from "../../format/envelope.ts";
import { oplogLimits } from "../../limits.ts";
import { hashKey } from "../../intake/hash-key.ts";
import { compareHeads } from "../chain-index.ts";
import type { BlockReader, HeadsPage, WriterHead } from "../relay.ts";
import { ask, giveUp, type SyncContext, type SyncScope } from "./sync-context.ts";
import { TipTable } from "./tip-table.ts";

/** What a relay has. */
export interface ShownHeads {
  readonly heads: readonly WriterHead[];
  /** Its cursor before the heads were read: what came later may be among them. */
  readonly end: number;
}

/** All heads of a relay. */
export async function readHeads(scope: SyncScope): Promise<ShownHeads> {
  const heads: WriterHead[] = [];
  let end: number | undefined;
  for (;;) {
    const page = await ask(scope, async (relay, options) => await relay.heads(nextPage(heads.at(-1)), options));
    if (page.heads.length > oplogLimits.pageHeads || !isAscending(page, heads.at(-1))) giveUp(scope, "malformed");
    heads.push(...page.heads);
    end ??= page.end;
    if (!page.hasMore) return { heads, end };
    if (page.heads.length === 0) giveUp(scope, "malformed");
    if (heads.length > oplogLimits.headsPerLog) giveUp(scope, "too-much");
  }
}

/** All heads of the host's store. */
export async function readOwnHeads({ host }: SyncContext): Promise<readonly WriterHead[]> {
  const heads: WriterHead[] = [];
  for (;;) {
    const page = await host.store.heads(nextPage(heads.at(-1)));
    heads.push(...page.heads);
    if (!page.hasMore || page.heads.length === 0) return heads;
  }
}

/** Those of `heads` that were neither delivered nor are in the host's store. */
export async function unknownHeads(
  { delivered, host }: SyncContext,
  heads: readonly WriterHead[],
): Promise<readonly WriterHead[]> {
  const unknown = heads.filter((head) => !delivered.has(head));
  const stored = await findAll(
    host.store,
    unknown.map(({ hash }) => hash),
  );
  return unknown.filter(({ hash }) => !stored.has(hashKey(hash)));
}

/**
 * Tells where a relay shows less or other than it did. `remembered`: what it had shown before it showed `heads`.
 * Gives back what it should still have, so that it is not forgotten.
 */
export async function compareWithRemembered(
  scope: SyncScope,
  { heads, remembered }: { readonly heads: readonly WriterHead[]; readonly remembered: readonly WriterHead[] },
): Promise<readonly WriterHead[]> {
  const shownByWriter = new TipTable();
  shownByWriter.reset(heads);
  const kept: WriterHead[] = [];
  for (const head of remembered) {
    const shown = shownByWriter.of(head.writer);
    if (shown.some(({ hash }) => equalBytes(hash, head.hash))) continue;
    if (!(await isFollowed(scope, { head, shown }))) kept.push(head);
  }
  return kept;
}

/** Whether one of the shown heads follows a remembered one; tells where none does. */
async function isFollowed(
  scope: SyncScope,
  { head, shown }: { readonly head: WriterHead; readonly shown: readonly WriterHead[] },
): Promise<boolean> {
  const { context, peer } = scope;
  const later = shown.filter(({ seq }) => seq > head.seq);
  const descents = await Promise.all(later.map(async (to) => await descent(context, { from: head, to })));
  if (descents.includes("yes")) return true;
  // What was not admitted yet cannot be followed: the next comparison will.
  if (descents.includes("unknown")) return false;
  const changed = shown.find(({ seq }) => seq >= head.seq);
  const older = shown.reduce<WriterHead | undefined>(
    (most, each) => (each.seq > (most?.seq ?? -1) ? each : most),
    undefined,
  );
  const [block] = await context.host.store.find({ hashes: [head.hash] });
  const about = { relay: peer.id, remembered: head, block };
  if (changed === undefined) context.alarms.raise({ kind: "head-withdrawn", ...about, shown: older });
  else context.alarms.raise({ kind: "head-changed", ...about, shown: changed });
  return false;
}

/** Whether `to` follows `from` in the host's store. */
async function descent(
  { deps, host }: SyncContext,
  { from, to }: { readonly from: WriterHead; readonly to: WriterHead },
): Promise<"yes" | "no" | "unknown"> {
  const reached = new Set([hashKey(from.hash)]);
  for (let seq = from.seq + 1, next = seq; seq <= to.seq; seq = next) {
    for (const bytes of await host.store.range({ writer: from.writer, from: seq, limit: oplogLimits.pageBlocks })) {
      const block = tryDecodeEnvelope(deps, bytes);
      if (block === undefined) return "unknown";
      next = block.header.seq + 1;
      const isReached = reached.has(hashKey(block.header.previous));
      if (isReached) reached.add(hashKey(block.hash));
      if (equalBytes(block.hash, to.hash)) return isReached ? "yes" : "no";
    }
    if (next <= seq) return "unknown";
  }
  return "unknown";
}

/** Keys of those of `hashes` that are in the store. */
async function findAll(store: BlockReader, hashes: readonly Bytes[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let at = 0; at < hashes.length; ) {
    const asked = hashes.slice(at, at + oplogLimits.hashesPerFind);
    const blocks = await store.find({ hashes: asked });
    for (const [i, hash] of asked.entries()) if (blocks[i] !== undefined) found.add(hashKey(hash));
    at += Math.max(1, blocks.length);
  }
  return found;
}

function nextPage(after: WriterHead | undefined): Parameters<BlockReader["heads"]>[0] {
  return { after, limit: oplogLimits.pageHeads };
}

function isAscending({ heads }: HeadsPage, after: WriterHead | undefined): boolean {
  const all = after === undefined ? heads : [after, ...heads];
  return all.every((head, i) => {
    const before = all[i - 1];
    const isNumber = Number.isInteger(head.seq) && head.seq >= 0 && head.seq <= oplogLimits.number;
    return isNumber && (before === undefined || compareHeads(before, head) < 0);
  });
}
