/** Noticing that somebody else writes with this device's key, or that this device is an old copy of itself (docs/protocol/rooms.md §10.4). */
import { type Bytes, encodeHex, equalBytes } from "@coterie/bytes";
import { type Envelope, tryDecodeEnvelope, verifyEnvelope } from "../../format/envelope.ts";
import { oplogLimits } from "../../limits.ts";
import type { WriterHead } from "../relay.ts";
import { readOwnHeads } from "./exchange-heads.ts";
import { ask, giveUp as abandon, type SyncScope } from "./sync-context.ts";

/**
 * Looks for blocks by the own key that are not in the own store. Each was durable there before it was sent, so whoever wrote it was not this
 * device as it is now: nothing of this writer is sent any more. A relay cannot bring that about, since the blocks are signed.
 */
export async function noteOwnBlocks(scope: SyncScope, blocks: readonly Envelope[]): Promise<void> {
  const { context, peer } = scope;
  const { deps, host, stoppedWriters } = context;
  const own = host.ownWriter();
  if (own === undefined) return;
  const mine = blocks.filter(({ header }) => equalBytes(header.writer, own));
  if (mine.length === 0) return;
  const unknown: Envelope[] = [];
  for (const block of mine) if (!(await isKnown(scope, block.hash)) && verifyEnvelope(deps, block)) unknown.push(block);
  const last = unknown.reduce<Envelope | undefined>(
    (most, block) => (block.header.seq > (most?.header.seq ?? -1) ? block : most),
    undefined,
  );
  if (last === undefined) return;
  const writer = own.slice();
  stoppedWriters.set(encodeHex(writer), writer);
  const head = { writer, seq: last.header.seq, hash: last.hash.slice() };
  context.ownHeadAhead = { writer, found: { relay: peer.id, head, block: last.bytes } };
  context.isDirty = true;
  await giveUp(scope, unknown);
}

/** Whether a block was in the own store, now or before. */
async function isKnown({ context: { host } }: SyncScope, hash: Bytes): Promise<boolean> {
  const [stored] = await host.store.find({ hashes: [hash] });
  return stored !== undefined || (await host.knows?.(hash)) === true;
}

/** Has the host go on without the key: before what others wrote with it is received. */
async function giveUp(scope: SyncScope, unknown: readonly Envelope[]): Promise<void> {
  const { context } = scope;
  const { host, memories, sending } = context;
  const [first] = unknown;
  if (host.giveUpWriter === undefined || first === undefined) return;
  const common = await findCommonHead(scope, unknown);
  // What is being sent now may be taken: it counts as sent, and nothing is sent of this key after it.
  await Promise.all(sending);
  const seen = [...memories.values()].flatMap(({ tips, withdrawn }) => [...tips.all(), ...withdrawn]);
  await host.giveUpWriter({
    writer: first.header.writer.slice(),
    sent: common === undefined ? seen : [common, ...seen],
  });
  context.delivered.reset([...(await host.base()), ...(await readOwnHeads(context))]);
}

/**
 * The last block of the own store that unknown ones follow; undefined where they have nothing in common with it. A relay that shows a block of
 * the key and not what comes before it has to wait: what was never sent cannot be told from what was.
 */
async function findCommonHead(scope: SyncScope, unknown: readonly Envelope[]): Promise<WriterHead | undefined> {
  const { context } = scope;
  const byHash = new Map(unknown.map((block) => [encodeHex(block.hash), block]));
  let block = unknown.reduce((least, each) => (each.header.seq < least.header.seq ? each : least));
  while (block.header.seq > 0) {
    const { writer, seq, previous } = block.header;
    if (await isKnown(scope, previous)) return { writer: writer.slice(), seq: seq - 1, hash: previous.slice() };
    const before = byHash.get(encodeHex(previous));
    if (before === undefined) {
      const limit = Math.min(seq, oplogLimits.pageBlocks / 4);
      const range = { writer, from: seq - limit, limit };
      const page = await ask(scope, async (relay, options) => await relay.range(range, options));
      for (const each of page.flatMap((bytes) => tryDecodeEnvelope(context.deps, bytes) ?? []))
        byHash.set(encodeHex(each.hash), each);
    }
    const next = before ?? byHash.get(encodeHex(previous));
    if (next === undefined) abandon(scope, "wrong-block");
    block = next;
  }
  return undefined;
}
