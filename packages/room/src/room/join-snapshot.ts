/** Joining a long room at its newest checkpoint (docs/protocol/rooms.md §8.3). */
import { type Bytes, equalBytes } from "@coterie/bytes";
import { decodeEnvelope, type Envelope, MalformedBlockError } from "@coterie/oplog";
import { decodeManifest } from "../checkpoint/snapshot.ts";
import { Keyring } from "../epochs/keyring.ts";
import { levelOf, reachesLevel } from "../epochs/level-secret.ts";
import { ForgedCheckpointError, UnknownEpochError, UnknownViewError } from "../errors.ts";
import { decodeGenesis, deriveLogId } from "../membership/genesis.ts";
import { RoomBlockReader } from "./block-reading.ts";
import { beginFromCheckpoint } from "./open-room.ts";
import type { Room } from "./room.ts";
import type { RoomDeps } from "./room-parts.ts";
import { findSnapshotBlocks, type GetChunk, openSnapshot } from "./snapshots.ts";

/** An invitation to a room with a snapshot, and where its parts are found. Who answers is not trusted. */
export interface SnapshotInvitation {
  readonly genesis: Bytes;
  /** Hash of the manifest. */
  readonly manifest: Bytes;
  /** Hash of the block that seals an entry to this member, where that is newer than the snapshot. */
  readonly entry: Bytes | undefined;
  readonly getChunk: GetChunk;
  /** A block by its hash. */
  readonly findBlock: (hash: Bytes) => Promise<Uint8Array | undefined>;
}

/**
 * A room that others founded, from a checkpoint that a quorum of its indexers signed: members, order and views are there at once; what came
 * later is to be received. Who may not read what was before gets no views of it.
 * @throws ForgedCheckpointError, MalformedRoomError; UnknownEpochError where no entry for this member was found; UnknownViewError where the
 * snapshot lacks one of the host's views, or the indexers do not agree on it: then `joinRoom` and all blocks
 */
export async function joinFromSnapshot(deps: RoomDeps, invitation: SnapshotInvitation): Promise<Room> {
  const { primitives } = deps;
  const genesis = decodeGenesis(primitives, invitation.genesis);
  const logId = deriveLogId(primitives, genesis);
  const { getChunk: get } = invitation;
  const found = await get(invitation.manifest);
  if (found === undefined || !equalBytes(primitives.sha256(found), invitation.manifest))
    throw new ForgedCheckpointError();
  const manifest = decodeManifest(found);
  const keyring = new Keyring({ primitives }, { logId });
  const sealed = await findSnapshotBlocks(deps, { manifest, get });
  const asked = await findBlocks(deps, { invitation, hashes: [invitation.entry, manifest.rotateBlock] });
  learnFrom(deps, { keyring, logId, blocks: [...sealed, ...asked] });
  const secret = keyring.findSecret(manifest.epochId);
  if (secret === undefined) throw new UnknownEpochError();
  const snapshot = await openSnapshot(deps, { genesis, logId, manifest, secret, get });
  const needsViews = reachesLevel(levelOf(secret), "snapshot");
  if (needsViews && Object.keys(deps.views).some((name) => !snapshot.views.has(name))) throw new UnknownViewError();
  const { start, views, index } = snapshot;
  const base = { era: index.era, epochId: manifest.epochId, buckets: index.buckets, chains: start.state.chains };
  return await beginFromCheckpoint(deps, { genesis, start, views, keyring, base, sealed, getChunk: get });
}

/** Blocks by their hashes, as far as they are found. */
async function findBlocks(
  { primitives }: Pick<RoomDeps, "primitives">,
  { invitation, hashes }: { readonly invitation: SnapshotInvitation; readonly hashes: readonly (Bytes | undefined)[] },
): Promise<readonly Uint8Array[]> {
  const found: Uint8Array[] = [];
  for (const hash of hashes) {
    const block = hash && (await invitation.findBlock(hash));
    const envelope = block && tryDecode(primitives, block);
    if (block !== undefined && hash !== undefined && envelope !== undefined && equalBytes(envelope.hash, hash))
      found.push(block);
  }
  return found;
}

/** Takes keys from blocks that are not admitted: a secret proves itself by the epoch's id. */
function learnFrom(
  deps: RoomDeps,
  {
    keyring,
    logId,
    blocks,
  }: { readonly keyring: Keyring; readonly logId: Bytes; readonly blocks: readonly Uint8Array[] },
): void {
  const { primitives, sealingKeys, onAlarm } = deps;
  const identity = deps.identity.publicKey;
  const reader = new RoomBlockReader({ primitives, keyring, logId, identity, sealingKeys, onAlarm });
  for (const block of blocks) {
    const envelope = tryDecode(primitives, block);
    if (envelope === undefined) continue;
    reader.offer(envelope);
    reader.open(envelope);
  }
}

function tryDecode(primitives: RoomDeps["primitives"], block: Uint8Array): Envelope | undefined {
  try {
    return decodeEnvelope(primitives, block);
  } catch (error) {
    if (error instanceof MalformedBlockError) return undefined;
    throw error;
  }
}
