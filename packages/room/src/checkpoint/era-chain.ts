/**
 * The proof from the genesis to a checkpoint: who the indexers were, signed each time by a quorum of those before (docs/protocol/rooms.md §8.3).
 */
import { type Bytes, equalBytes, FieldReader, FieldWriter, MalformedBytesError } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { ForgedCheckpointError, MalformedRoomError } from "../errors.ts";
import { roomLimits } from "../limits.ts";
import type { Genesis } from "../membership/genesis.ts";
import { type Checkpoint, checkpointHash } from "./checkpoint-state.ts";
import { countVotes, type Vote } from "./votes.ts";

/** A checkpoint with the votes of a quorum of the indexers before it. */
export interface CertifiedCheckpoint extends Checkpoint {
  readonly votes: readonly Vote[];
}

/** Of a chain with every era, the links that are needed: those that change the indexers, and the last one. */
export function changesIndexers(chain: readonly CertifiedCheckpoint[]): readonly CertifiedCheckpoint[] {
  return chain.filter(({ indexers }, i) => {
    const before = chain[i - 1]?.indexers;
    return i === chain.length - 1 || before === undefined || !isSame(before, indexers);
  });
}

/** The bytes of a chain. */
export function encodeEraChain(chain: readonly CertifiedCheckpoint[]): Bytes {
  const writer = new FieldWriter().number(chain.length);
  for (const { era, indexers, stateHash, votes } of chain) {
    writer.number(era).number(indexers.length);
    for (const indexer of indexers) writer.bytes(indexer);
    writer.bytes(stateHash).number(votes.length);
    for (const vote of votes) writer.bytes(vote.writer).bytes(vote.views).bytes(vote.signature);
  }
  return writer.finish();
}

/** The chain in `bytes`, not verified. Throws MalformedRoomError. */
export function decodeEraChain(
  primitives: Pick<Primitives, "sha256">,
  { logId, bytes }: { readonly logId: Bytes; readonly bytes: Uint8Array },
): readonly CertifiedCheckpoint[] {
  try {
    const reader = new FieldReader(bytes);
    const chain = Array.from({ length: count(reader, roomLimits.erasPerChain) }, () => {
      const era = reader.number();
      const indexers = Array.from({ length: count(reader, roomLimits.indexers) }, () => reader.bytes(32));
      const checkpoint = { era, indexers, stateHash: reader.bytes(32) };
      const hash = checkpointHash(primitives, { logId, checkpoint });
      const votes = Array.from({ length: count(reader, roomLimits.indexers) }, () => {
        const writer = reader.bytes(32);
        const views = reader.bytes(32);
        return { writer, era, checkpoint: hash, views, signature: reader.bytes(64) };
      });
      return { ...checkpoint, votes };
    });
    reader.end();
    return chain;
  } catch (error) {
    if (error instanceof MalformedBytesError) throw new MalformedRoomError("the bytes are no era chain");
    throw error;
  }
}

/**
 * The last checkpoint of a chain that proves it, with the views hash that a quorum agrees on.
 * @throws ForgedCheckpointError where a link is not signed by a quorum of the indexers before it, or eras do not ascend
 */
export function verifyEraChain(
  primitives: Pick<Primitives, "verify">,
  {
    genesis,
    logId,
    chain,
  }: { readonly genesis: Genesis; readonly logId: Bytes; readonly chain: readonly CertifiedCheckpoint[] },
): { readonly checkpoint: Checkpoint; readonly views: Bytes | undefined } {
  let indexers: readonly Bytes[] = [genesis.writer];
  let era = 0;
  let views: Bytes | undefined;
  let last: CertifiedCheckpoint | undefined;
  for (const link of chain) {
    const outcome = countVotes(primitives, { logId, indexers, mode: genesis.mode, votes: link.votes });
    if (link.era <= era || link.indexers.length === 0 || outcome.kind === "open") throw new ForgedCheckpointError();
    ({ indexers, era } = link);
    views = outcome.views;
    last = link;
  }
  if (last === undefined) throw new ForgedCheckpointError();
  return { checkpoint: last, views };
}

function isSame(a: readonly Bytes[], b: readonly Bytes[]): boolean {
  return a.length === b.length && a.every((writer, i) => equalBytes(writer, b[i] ?? new Uint8Array(0)));
}

function count(reader: FieldReader, limit: number): number {
  const found = reader.number();
  if (found > limit) throw new MalformedRoomError("more than a chain holds");
  return found;
}
