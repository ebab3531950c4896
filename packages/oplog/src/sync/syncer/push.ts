/**
 * Sending what a relay lacks, in the order in which this device admitted it: what a block builds on is there before the block. Blocks of others
 * are sent too, so that relays that lost them, or never had them, get them from whoever has them.
 */
import { type Bytes, encodeHex, equalBytes } from "@coterie/bytes";
import { type Envelope, tryDecodeEnvelope } from "../../format/envelope.ts";
import { hashKey } from "../../intake/hash-key.ts";
import { oplogLimits } from "../../limits.ts";
import type { AppendInput, AppendOutcome, WriterHead } from "../relay.ts";
import { readOwnHeads } from "./exchange-heads.ts";
import { fetchHeads } from "./fetch-heads.ts";
import { ask, giveUp, type SyncContext, type SyncScope } from "./sync-context.ts";

/** Sends everything that the relay lacks. True where more is to be sent in the next step. */
export async function push(scope: SyncScope): Promise<boolean> {
  const { context, peer } = scope;
  for (let pages = 0; pages < context.options.pagesPerStep; pages++) {
    if (peer.isReadOnly) return false;
    const { pushCursor: cursor } = peer.memory;
    const page = await context.host.store.since({ cursor, limit: context.options.pageBlocks });
    // After much was fetched there is little to send: where all heads are there, everything is.
    if (page.next < page.end && (await areAllThere(scope))) {
      peer.memory.pushCursor = page.end;
      context.isDirty = true;
      return false;
    }
    const blocks = page.envelopes.flatMap((bytes) => tryDecodeEnvelope(context.deps, bytes) ?? []);
    const sent = await send(
      scope,
      blocks.filter((block) => !isThere(scope, block)),
    );
    if (sent === "stopped") return false;
    context.isDirty ||= page.next !== cursor;
    peer.memory.pushCursor = page.next;
    if (page.envelopes.length === 0) return false;
  }
  return true;
}

/**
 * Compares what the relay shows with the store of the host. Sends branches that it lacks beside its chains; where chains are shorter than what
 * was sent before, everything is gone through again.
 */
export async function pushWhatIsLost(
  scope: SyncScope,
  { heads, ownHeads }: { readonly heads: readonly WriterHead[]; readonly ownHeads: readonly WriterHead[] },
): Promise<void> {
  const { context, peer } = scope;
  const lacking = ownHeads.filter(({ hash }) => !heads.some((shown) => equalBytes(shown.hash, hash)));
  for (const head of lacking) {
    if (peer.isReadOnly || isStopped(context, head.writer)) continue;
    const isForked = ownHeads.filter(({ writer }) => equalBytes(writer, head.writer)).length > 1;
    const shown = heads.filter(({ writer }) => equalBytes(writer, head.writer));
    if (isForked) await sendBranch(scope, head);
    else if (shown.every(({ seq }) => seq < head.seq)) rescan(scope);
  }
  // Somebody who has less gave it what it has.
  if (!peer.isReadOnly && ownHeads.some((head) => !isThereFrom(scope, head))) rescan(scope);
}

type SendOutcome = "sent" | "stopped";

/** Blocks in runs of one kind: own ones are refused where they conflict, those of others are kept as branches. */
async function send(scope: SyncScope, blocks: readonly Envelope[]): Promise<SendOutcome> {
  const own = scope.context.host.ownWriter();
  let batch: Envelope[] = [];
  let lengthBytes = 0;
  let isOwnBatch = false;
  const lastSeqs = new Map<string, number>();
  for (const block of blocks) {
    // What lies below all that the relay has of the own writer, others began there: it is no place that one could be late for.
    const isOwn = own !== undefined && equalBytes(block.header.writer, own) && !isBelowAll(scope, block);
    const isFull = batch.length >= oplogLimits.pageBlocks || lengthBytes + block.bytes.length > oplogLimits.pageBytes;
    if (batch.length > 0 && (isFull || isOwn !== isOwnBatch)) {
      if ((await sendBatch(scope, { batch, isOwn: isOwnBatch })) === "stopped") return "stopped";
      batch = [];
      lengthBytes = 0;
    }
    const key = hashKey(block.header.writer);
    if (lastSeqs.get(key) !== block.header.seq - 1 && (await isBeginning(scope, block))) {
      if ((await sendBatch(scope, { batch, isOwn: isOwnBatch })) === "stopped") return "stopped";
      batch = [];
      lengthBytes = 0;
      if ((await sendBatch(scope, { batch: [block], isOwn, isBeginning: true })) === "stopped") return "stopped";
      lastSeqs.set(key, block.header.seq);
      continue;
    }
    lastSeqs.set(key, block.header.seq);
    isOwnBatch = isOwn;
    batch.push(block);
    lengthBytes += block.bytes.length;
  }
  return batch.length === 0 ? "sent" : await sendBatch(scope, { batch, isOwn: isOwnBatch });
}

async function sendBatch(
  scope: SyncScope,
  {
    batch: all,
    isOwn,
    isBeginning = false,
  }: { readonly batch: readonly Envelope[]; readonly isOwn: boolean; readonly isBeginning?: boolean },
): Promise<SendOutcome> {
  // The key may have been given up since the batch was read.
  const batch = all.filter(({ header }) => !isStopped(scope.context, header.writer));
  if (batch.length === 0) return "sent";
  const outcomes = await append(scope, { batch, onConflict: isBeginning ? "begin" : isOwn ? "refuse" : "keep" });
  for (const [i, block] of batch.entries()) {
    const outcome = outcomes[i];
    if (outcome === undefined || (await note(scope, { block, outcome, isOwn })) === "stopped") return "stopped";
  }
  return "sent";
}

/** Sends a batch, and notes what was taken before anybody can ask for it. */
async function append(
  scope: SyncScope,
  { batch, onConflict }: { readonly batch: readonly Envelope[]; readonly onConflict: AppendInput["onConflict"] },
): Promise<readonly AppendOutcome[]> {
  const { context, peer } = scope;
  const input: AppendInput = { envelopes: batch.map(({ bytes }) => bytes), onConflict };
  const call = async (): Promise<readonly AppendOutcome[]> => {
    const outcomes = await ask(scope, async (relay, options) => await relay.append(input, options));
    if (outcomes.length !== batch.length) giveUp(scope, "malformed");
    for (const [i, block] of batch.entries())
      if (outcomes[i]?.kind === "accepted" || outcomes[i]?.kind === "known") peer.memory.tips.advance(block);
    return outcomes;
  };
  const sending = call();
  const settled = sending.catch(() => undefined);
  context.sending.add(settled);
  void settled.then(() => context.sending.delete(settled));
  return await sending;
}

interface NotedOutcome {
  readonly block: Envelope;
  readonly outcome: AppendOutcome;
  readonly isOwn: boolean;
}

async function note(scope: SyncScope, { block, outcome, isOwn }: NotedOutcome): Promise<SendOutcome> {
  const { context, peer } = scope;
  switch (outcome.kind) {
    case "accepted":
    case "known":
      peer.refusal = undefined;
      context.isDirty = true;
      if (outcome.kind === "known") return "sent";
      context.counts.sent += 1;
      // Where nothing of others came in between, it need not be fetched.
      if (outcome.cursor === peer.memory.cursor + 1) peer.memory.cursor = outcome.cursor;
      return "sent";
    case "conflict":
      return await noteConflict(scope, { block, head: outcome.head, isOwn });
    case "refused":
      return noteRefusal(scope, outcome);
  }
}

function noteRefusal(
  { peer }: SyncScope,
  { reason }: Extract<AppendOutcome, { readonly kind: "refused" }>,
): SendOutcome {
  switch (reason) {
    case "read-only":
      peer.isReadOnly = true;
      return "stopped";
    case "token":
    case "quota":
      peer.refusal = reason;
      return "stopped";
    // This one block: a copy whose signature is spoilt, perhaps. Others may still be taken.
    case "signature":
    case "malformed":
    case "other-log":
      return "sent";
  }
}

/** The relay lost what came before; or it has another block in this place. */
async function noteConflict(
  scope: SyncScope,
  { block, head, isOwn }: { readonly block: Envelope; readonly head: WriterHead | undefined; readonly isOwn: boolean },
): Promise<SendOutcome> {
  if (head === undefined || head.seq < block.header.seq - 1) {
    scope.peer.areHeadsDue = true;
    // Where it cannot be made good (what is missing was dropped here too), the others are sent all the same.
    return rescan(scope) ? "stopped" : "sent";
  }
  if (!isOwn) return "sent";
  // Delivering the block shows whose it is, see own-head.ts; a head without a block is no reason to give up a key.
  await fetchHeads(scope, [head]);
  return "stopped";
}

async function areAllThere(scope: SyncScope): Promise<boolean> {
  const heads = await readOwnHeads(scope.context);
  return heads.every((head) => isThere(scope, { header: head, hash: head.hash }) && isThereFrom(scope, head));
}

/** Whether the relay has as much of a writer below as this device does. */
function isThereFrom({ peer }: SyncScope, { writer, from = 0 }: WriterHead): boolean {
  return (peer.froms.get(hashKey(writer)) ?? 0) <= from;
}

/** Whether it comes before everything that the relay has of its writer. */
function isBelowAll(
  { peer }: Pick<SyncScope, "peer">,
  { header }: { readonly header: Pick<Envelope["header"], "writer" | "seq"> },
): boolean {
  return header.seq < (peer.froms.get(hashKey(header.writer)) ?? 0);
}

/** Whether a writer begins with this block, here and at the relay: what comes before it was dropped here. */
async function isBeginning(
  { context, peer }: SyncScope,
  { header: { writer, seq, previous } }: Envelope,
): Promise<boolean> {
  const isAbove = peer.memory.tips.of(writer).length > 0 && seq > (peer.froms.get(hashKey(writer)) ?? 0);
  return seq > 0 && !isAbove && (await context.host.store.find({ hashes: [previous] }))[0] === undefined;
}

function isThere(
  { context, peer }: SyncScope,
  { header, hash }: { readonly header: Pick<Envelope["header"], "writer" | "seq">; readonly hash: Bytes },
): boolean {
  if (isStopped(context, header.writer)) return true;
  if (isBelowAll({ peer }, { header })) return false;
  return peer.memory.tips.of(header.writer).some((tip) => tip.seq > header.seq || equalBytes(tip.hash, hash));
}

function isStopped({ stoppedWriters }: SyncContext, writer: Uint8Array): boolean {
  return stoppedWriters.size > 0 && stoppedWriters.has(encodeHex(writer));
}

/** Goes through the own store from the beginning; not too often, since a relay may lose things for ever. */
function rescan({ context, peer }: SyncScope): boolean {
  const nowMs = context.deps.nowMs();
  if (nowMs < peer.rescanAtMs || peer.memory.pushCursor === 0) return false;
  peer.rescanAtMs = nowMs + context.options.headsEveryMs * 2 ** Math.min(peer.rescans, 10);
  peer.rescans += 1;
  peer.memory.pushCursor = 0;
  context.isDirty = true;
  return true;
}

/** Sends the chain below a head from the place on where it parts from the others of its writer: the relay knows how to keep it beside them. */
async function sendBranch(scope: SyncScope, head: WriterHead): Promise<void> {
  const { store } = scope.context.host;
  const parting = await partingSeq(scope.context, head);
  const hashes: Bytes[] = [];
  for (let hash: Bytes | undefined = head.hash; hash !== undefined; ) {
    const [bytes] = await store.find({ hashes: [hash] });
    const block = bytes === undefined ? undefined : tryDecodeEnvelope(scope.context.deps, bytes);
    if (block === undefined || block.header.seq < parting) break;
    hashes.push(block.hash.slice());
    hash = block.header.seq === 0 ? undefined : block.header.previous;
  }
  hashes.reverse();
  for (let at = 0; at < hashes.length; ) {
    const found = await store.find({ hashes: hashes.slice(at, at + oplogLimits.hashesPerFind) });
    const blocks = found.flatMap((bytes) =>
      bytes === undefined ? [] : (tryDecodeEnvelope(scope.context.deps, bytes) ?? []),
    );
    if (found.length === 0 || (await send(scope, blocks)) === "stopped") return;
    at += found.length;
  }
}

/** The first seq for which a writer has several blocks; beyond its head where there is none. */
async function partingSeq({ host, deps }: SyncContext, { writer, seq }: WriterHead): Promise<number> {
  let before = -1;
  for (let from = 0; from <= seq; from = before + 1) {
    const page = await host.store.range({ writer, from, limit: oplogLimits.pageBlocks });
    for (const bytes of page) {
      const block = tryDecodeEnvelope(deps, bytes);
      if (block === undefined || block.header.seq === before) return before;
      before = block.header.seq;
    }
    if (page.length === 0) break;
  }
  return seq + 1;
}
