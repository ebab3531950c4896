/** Noticing that somebody else writes with this device's key, or that this device is an old copy of itself (docs/protocol/rooms.md §10.4). */
import { encodeHex, equalBytes } from "@coterie/bytes";
import { type Envelope, verifyEnvelope } from "../../format/envelope.ts";
import type { SyncScope } from "./sync-context.ts";

/**
 * Looks for blocks by the own key that are not in the own store. Each was durable there before it was sent, so whoever wrote it was not this
 * device as it is now: nothing of this writer is sent any more. A relay cannot bring that about, since the blocks are signed.
 */
export async function noteOwnBlocks({ context, peer }: SyncScope, blocks: readonly Envelope[]): Promise<void> {
  const { deps, host, stoppedWriters } = context;
  const own = host.ownWriter();
  if (own === undefined) return;
  const mine = blocks.filter(({ header }) => equalBytes(header.writer, own));
  if (mine.length === 0) return;
  const unknown: Envelope[] = [];
  for (const block of mine)
    if ((await host.store.find({ hashes: [block.hash] }))[0] === undefined && verifyEnvelope(deps, block))
      unknown.push(block);
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
}
