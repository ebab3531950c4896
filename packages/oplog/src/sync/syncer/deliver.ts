/** The way of blocks from a relay to the host. */
import { type Bytes, equalBytes } from "@coterie/bytes";
import { type Envelope, tryDecodeEnvelope } from "../../format/envelope.ts";
import { hashKey } from "../../intake/hash-key.ts";
import { oplogLimits } from "../../limits.ts";
import { findFork } from "./alarms.ts";
import { noteOwnBlocks } from "./own-head.ts";
import { blame, nextMoment, type SyncScope } from "./sync-context.ts";
import type { ReceiveResult } from "./sync-host.ts";

/**
 * Gives blocks to the host, and what it misses to those that are asked for. Gives back those that are blocks of this log signed by their
 * writers, ascending by seq. `since`: the moment at which what is missed now was missed, where it follows from an earlier wish.
 */
export async function deliver(
  scope: SyncScope,
  { envelopes, since }: { readonly envelopes: readonly Bytes[]; readonly since?: number | undefined },
): Promise<Envelope[]> {
  const { context } = scope;
  const blocks = envelopes.flatMap((bytes) => readBlock(scope, bytes) ?? []);
  if (blocks.length === 0) return [];
  await noteOwnBlocks(scope, blocks);
  const result = await receive(scope, blocks);
  if (result.hasForgotten === true) context.forgotten.isOpen = true;
  const forged = new Set(result.forged.map(hashKey));
  const good = forged.size === 0 ? blocks : blocks.filter(({ hash }) => !forged.has(hashKey(hash)));
  if (good.length < blocks.length) blame(scope, "forged");
  good.sort((a, b) => a.header.seq - b.header.seq);
  for (const block of good) {
    noteStray(scope, block);
    context.delivered.advance(block);
    context.wanted.remove(block.hash);
  }
  context.wanted.add(result.missing, { since: since ?? nextMoment(context), nowMs: context.deps.nowMs() });
  tellForks(scope, result);
  context.counts.received += good.length;
  return good;
}

/** A block that does not follow its writer's last one: what it follows is the other half of a fork, whether it can be opened or not. */
function noteStray({ context, peer }: SyncScope, { header: { writer, seq, previous } }: Envelope): void {
  const before = context.delivered.of(writer).filter((tip) => tip.seq === seq - 1);
  if (before.length === 0 || before.some(({ hash }) => equalBytes(hash, previous))) return;
  if (peer.strays.length < oplogLimits.hashesPerFind) peer.strays.push(previous.slice());
}

/** Compares a block with those of the host's store that have its place, and tells a fork with its evidence. */
export async function tellForkWith(scope: SyncScope, block: Envelope): Promise<void> {
  const { writer, seq } = block.header;
  const { context, peer } = scope;
  for (const bytes of await context.host.store.range({ writer, from: seq, limit: 16 })) {
    const other = tryDecodeEnvelope(context.deps, bytes);
    if (other === undefined || other.header.seq !== seq) continue;
    const fork = findFork(context.deps, { first: other, second: block, relay: peer.id });
    if (fork !== undefined) context.alarms.raise(fork);
  }
}

function readBlock(scope: SyncScope, bytes: Uint8Array): Envelope | undefined {
  const block = tryDecodeEnvelope(scope.context.deps, bytes);
  if (block === undefined) blame(scope, "malformed");
  else if (equalBytes(block.header.logTag, scope.context.logTag)) return block;
  else blame(scope, "other-log");
  return undefined;
}

/** One call after another, whichever relay it is for. */
async function receive({ context, signal }: SyncScope, blocks: readonly Envelope[]): Promise<ReceiveResult> {
  const before = context.receiving;
  const call = async (): Promise<ReceiveResult> => {
    await before;
    return await context.host.receive(
      blocks.map(({ bytes }) => bytes),
      { signal },
    );
  };
  const result = call();
  // Whoever comes next waits for the end, not for success.
  context.receiving = result.catch(() => undefined);
  return await result;
}

function tellForks({ context, peer }: SyncScope, { forks }: ReceiveResult): void {
  for (const { first, second } of forks) {
    const [one, other] = [tryDecodeEnvelope(context.deps, first), tryDecodeEnvelope(context.deps, second)];
    if (one === undefined || other === undefined) continue;
    const fork = findFork(context.deps, { first: one, second: other, relay: peer.id });
    if (fork !== undefined) context.alarms.raise(fork);
  }
}
