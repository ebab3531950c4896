/** Fetching blocks by hash, and by writer and seq. */
import { type Bytes, equalBytes } from "@coterie/bytes";
import { type Envelope, tryDecodeEnvelope } from "../../format/envelope.ts";
import { oplogLimits } from "../../limits.ts";
import { deliver, tellForkWith } from "./deliver.ts";
import { ask, blame, giveUp, type SyncScope } from "./sync-context.ts";

/** Calls of `find` in one step. */
const findsPerStep = 16;

/** Asks a relay for what is wanted of it now. True where more is to be asked in the next step. */
export async function fetchWanted(scope: SyncScope): Promise<boolean> {
  const { context, peer } = scope;
  const { wanted, deps } = context;
  for (let finds = 0; finds < findsPerStep; finds++) {
    const hashes = wanted.due({ relay: peer.id, nowMs: deps.nowMs(), limit: oplogLimits.hashesPerFind });
    if (hashes.length === 0) return false;
    const since = wanted.newestDueSince(peer.id, deps.nowMs());
    const blocks = await fetchByHash(scope, { hashes, since });
    for (const block of blocks) if (block !== undefined) await tellForkWith(scope, block);
    for (const [i, hash] of hashes.slice(0, blocks.length).entries())
      if (blocks[i] === undefined) wanted.wasNotWith(peer.id, hash);
  }
  return true;
}

/** Asks a relay for what its blocks follow in the place of others, and tells the forks that this shows. */
export async function fetchStrays(scope: SyncScope): Promise<void> {
  const hashes = scope.peer.strays;
  scope.peer.strays = [];
  if (hashes.length === 0) return;
  for (const block of await fetchByHash(scope, { hashes })) if (block !== undefined) await tellForkWith(scope, block);
}

/** What came for at most as many hashes as a question takes, in their order; undefined for what is not there, or not what was asked for. */
export async function fetchByHash(
  scope: SyncScope,
  { hashes, since }: { readonly hashes: readonly Bytes[]; readonly since?: number | undefined },
): Promise<readonly (Envelope | undefined)[]> {
  const answer = await ask(scope, async (relay, options) => await relay.find({ hashes }, options));
  if (answer.length === 0 || answer.length > hashes.length) giveUp(scope, "malformed");
  const found = answer.map((bytes, i) => {
    const block = bytes === undefined ? undefined : tryDecodeEnvelope(scope.context.deps, bytes);
    const isRight = block !== undefined && equalBytes(block.hash, hashes[i] ?? new Uint8Array());
    if (bytes !== undefined && !isRight) blame(scope, "wrong-block");
    return isRight ? block : undefined;
  });
  const envelopes = found.flatMap((block) => (block === undefined ? [] : [block.bytes]));
  const good = new Set((await deliver(scope, { envelopes, since })).map(({ bytes }) => bytes));
  return found.map((block) => (block !== undefined && good.has(block.bytes) ? block : undefined));
}

/** A page of a writer's blocks; blocks of others are not looked at. */
export async function fetchRange(
  scope: SyncScope,
  { writer, from, limit }: { readonly writer: Bytes; readonly from: number; readonly limit: number },
): Promise<readonly Envelope[]> {
  const { peer } = scope;
  const envelopes = await ask(scope, async (relay, options) => await relay.range({ writer, from, limit }, options));
  if (envelopes.length > limit) giveUp(scope, "malformed");
  const blocks = await deliver(scope, { envelopes });
  const fitting = blocks.filter(({ header }) => header.seq >= from && equalBytes(header.writer, writer));
  if (fitting.length < blocks.length) blame(scope, "wrong-block");
  for (const block of fitting) peer.memory.tips.advance(block);
  return fitting;
}
