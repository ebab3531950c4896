/** The state at the beginning of an era, from which a room goes on without what was before (docs/protocol/rooms.md §8.2). */
import { type Bytes, FieldReader, FieldWriter, MalformedBytesError } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { MalformedRoomError } from "../errors.ts";
import { roomLabels } from "../labels.ts";
import { roomLimits } from "../limits.ts";

/** All that is needed, in the forms in which it is hashed. */
export interface CheckpointState {
  /** The era that begins. */
  readonly era: number;
  /** How many blocks are final, over how many commits. */
  readonly position: number;
  readonly commits: number;
  /** 32 bytes: over all final blocks. */
  readonly orderHash: Bytes;
  /** The block whose commit ended the era before, 32 bytes. */
  readonly anchor: Bytes;
  /** Control entries, one after another. */
  readonly control: Bytes;
  /** Contexts of the newest final blocks, of each writer's last one, and of the anchor; ascending by position. */
  readonly contexts: Bytes;
  /** The running hashes of all contexts, 256 × 32 bytes. */
  readonly chains: Bytes;
}

/** A checkpoint as it is voted for. */
export interface Checkpoint {
  readonly era: number;
  /** Writers, in the order in which they lead. */
  readonly indexers: readonly Bytes[];
  /** H of the encoded state, 32 bytes. */
  readonly stateHash: Bytes;
}

/** The bytes of a state. */
export function encodeCheckpointState(state: CheckpointState): Bytes {
  const { era, position, commits, orderHash, anchor, control, contexts, chains } = state;
  return new FieldWriter()
    .number(era)
    .number(position)
    .number(commits)
    .bytes(orderHash)
    .bytes(anchor)
    .bytes(control, roomLimits.stateBytes)
    .bytes(contexts, roomLimits.stateBytes)
    .bytes(chains)
    .finish();
}

/** The state in `bytes`. Throws MalformedRoomError. */
export function decodeCheckpointState(bytes: Uint8Array): CheckpointState {
  try {
    const reader = new FieldReader(bytes);
    const numbers = { era: reader.number(), position: reader.number(), commits: reader.number() };
    const hashes = { orderHash: reader.bytes(32), anchor: reader.bytes(32) };
    const grown = { control: reader.bytes(roomLimits.stateBytes), contexts: reader.bytes(roomLimits.stateBytes) };
    const state = { ...numbers, ...hashes, ...grown, chains: reader.bytes() };
    reader.end();
    if (state.chains.length !== 256 * 32 || state.orderHash.length !== 32 || state.anchor.length !== 32)
      throw new MalformedRoomError("a field of a checkpoint has another length");
    return state;
  } catch (error) {
    if (error instanceof MalformedBytesError) throw new MalformedRoomError("the bytes are no checkpoint");
    throw error;
  }
}

/** What indexers vote for: H(label || fields(log id, era, indexers, H(state))), 32 bytes. */
export function checkpointHash(
  { sha256 }: Pick<Primitives, "sha256">,
  { logId, checkpoint }: { readonly logId: Bytes; readonly checkpoint: Checkpoint },
): Bytes {
  const { era, indexers, stateHash } = checkpoint;
  const writer = new FieldWriter().bytes(roomLabels.checkpoint).bytes(logId).number(era).number(indexers.length);
  for (const indexer of indexers) writer.bytes(indexer);
  return sha256(writer.bytes(stateHash).finish());
}
