/** Fetching what is known to be missing: the chains below unknown heads, and single blocks by hash. */
import { type Bytes, equalBytes } from "@coterie/bytes";
import type { Envelope } from "../../format/envelope.ts";
import { oplogLimits } from "../../limits.ts";
import type { WriterHead } from "../relay.ts";
import { deliver, tellForkWith, tryDecode } from "./deliver.ts";
import { ask, blame, giveUp, type SyncScope } from "./sync-context.ts";

/** How far below a head is looked for the place where it leaves what is known. */
const branchWindow = 255;

/** Calls of `find` in one step. */
const findsPerStep = 16;

/** How fetching up to a head ended: there is `more` to fetch in the next step, or it is `unproven`, since the relay does not give its block. */
export type HeadOutcome = "fetched" | "more" | "unproven";

/** Fetches the chain up to a head that a relay shows. */
export async function fetchHead(scope: SyncScope, head: WriterHead): Promise<HeadOutcome> {
  const known = scope.context.delivered.seqOf(head.writer);
  let from = known < head.seq ? known + 1 : Math.max(0, head.seq - branchWindow);
  for (let pages = 0; from <= head.seq; pages++) {
    if (pages >= scope.context.options.pagesPerStep) return "more";
    const blocks = await fetchRange(scope, { writer: head.writer, from });
    if (blocks.some(({ hash }) => equalBytes(hash, head.hash))) break;
    from = Math.max(from, blocks.at(-1)?.header.seq ?? head.seq) + 1;
  }
  if (scope.context.delivered.has(head) && known < head.seq) return "fetched";
  const [block] = await fetchByHash(scope, { hashes: [head.hash] });
  if (block === undefined) {
    blame(scope, "unproven-head");
    return "unproven";
  }
  await tellForkWith(scope, block);
  return "fetched";
}

/** Asks a relay for what is wanted of it now. True where more is to be asked in the next step. */
export async function fetchWanted(scope: SyncScope): Promise<boolean> {
  const { context, peer } = scope;
  const { wanted, deps } = context;
  for (let finds = 0; finds < findsPerStep; finds++) {
    const hashes = wanted.due({ relay: peer.id, nowMs: deps.nowMs(), limit: oplogLimits.hashesPerFind });
    if (hashes.length === 0) return false;
    const sinceMs = wanted.newestDueSinceMs(peer.id, deps.nowMs());
    const blocks = await fetchByHash(scope, { hashes, sinceMs });
    for (const block of blocks) if (block !== undefined) await tellForkWith(scope, block);
    for (const [i, hash] of hashes.slice(0, blocks.length).entries())
      if (blocks[i] === undefined) wanted.wasNotWith(peer.id, hash);
  }
  return true;
}

/** What came for these hashes, in their order; undefined for what is not there, or not what was asked for. */
async function fetchByHash(
  scope: SyncScope,
  { hashes, sinceMs }: { readonly hashes: readonly Bytes[]; readonly sinceMs?: number | undefined },
): Promise<readonly (Envelope | undefined)[]> {
  const answer = await ask(scope, async (relay, options) => await relay.find({ hashes }, options));
  if (answer.length === 0 || answer.length > hashes.length) giveUp(scope, "malformed");
  const found = answer.map((bytes, i) => {
    const block = bytes === undefined ? undefined : tryDecode(scope.context, bytes);
    const isRight = block !== undefined && equalBytes(block.hash, hashes[i] ?? new Uint8Array());
    if (bytes !== undefined && !isRight) blame(scope, "wrong-block");
    return isRight ? block : undefined;
  });
  const envelopes = found.flatMap((block) => (block === undefined ? [] : [block.bytes]));
  const good = new Set((await deliver(scope, { envelopes, sinceMs })).map(({ bytes }) => bytes));
  return found.map((block) => (block !== undefined && good.has(block.bytes) ? block : undefined));
}

/** A page of a writer's blocks; blocks of others are not looked at. */
async function fetchRange(
  scope: SyncScope,
  { writer, from }: { readonly writer: Bytes; readonly from: number },
): Promise<readonly Envelope[]> {
  const { context, peer } = scope;
  const limit = context.options.pageBlocks;
  const envelopes = await ask(scope, async (relay, options) => await relay.range({ writer, from, limit }, options));
  if (envelopes.length > limit) giveUp(scope, "malformed");
  const blocks = await deliver(scope, { envelopes });
  const fitting = blocks.filter(({ header }) => header.seq >= from && equalBytes(header.writer, writer));
  if (fitting.length < blocks.length) blame(scope, "wrong-block");
  for (const block of fitting) peer.memory.tips.advance(block);
  return fitting;
}
