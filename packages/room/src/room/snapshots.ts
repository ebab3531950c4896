/** Making snapshots for newcomers, and beginning with one (docs/protocol/rooms.md §8.3). */
import { type Bytes, type Ciphertext, concatBytes, equalBytes, FieldWriter } from "@coterie/bytes";
import type { Primitives, RandomSource } from "@coterie/primitives";
import { decodeCheckpointState } from "../checkpoint/checkpoint-state.ts";
import { ContextChains, readRawContexts } from "../checkpoint/context.ts";
import { decodeEraChain, encodeEraChain, verifyEraChain } from "../checkpoint/era-chain.ts";
import {
  type ChunkKey,
  type ChunkPlace,
  decodeIndex,
  decryptChunks,
  encodeIndex,
  encodeManifest,
  encryptChunks,
  type Manifest,
  type SnapshotIndex,
  splitChunks,
} from "../checkpoint/snapshot.ts";
import type { SnapshotBase } from "../checkpoint/snapshot-base.ts";
import { deriveChunkKey, deriveStateKey } from "../epochs/room-keys.ts";
import { type LevelSecret, levelOf, reachesLevel } from "../epochs/level-secret.ts";
import { ForgedCheckpointError, MalformedRoomError } from "../errors.ts";
import type { Genesis } from "../membership/genesis.ts";
import type { CheckpointStart } from "./restore-start.ts";
import type { RoomLog } from "./room-log.ts";
import { decodeSealedBlocks, encodeSealedBlocks } from "./sealed-blocks.ts";

/** Where chunks go. Resolves when the chunk is kept under its SHA-256. */
export type PutChunk = (chunk: Ciphertext<"chunk">) => Promise<void>;

/** Where chunks come from: who answers is not trusted. Undefined where there is none. */
export type GetChunk = (hash: Bytes) => Promise<Uint8Array | undefined>;

/** What snapshots are made with. */
export interface SnapshotDeps {
  readonly primitives: Primitives;
  readonly random: RandomSource;
}

/** What a snapshot is made of. */
export interface SnapshotSource {
  readonly log: RoomLog;
  /** Contexts below the checkpoint; undefined where this device lacks some. */
  readonly buckets: readonly Bytes[] | undefined;
  readonly secret: LevelSecret;
  readonly epochId: Bytes;
  readonly rotateBlock: Bytes;
  /** The blocks that hand out the epoch. */
  readonly sealed: readonly Bytes[];
  /** Views at the checkpoint's position. */
  readonly views: ReadonlyMap<string, Bytes>;
}

/** A verified snapshot. */
export interface OpenedSnapshot {
  readonly start: CheckpointStart;
  /** Views by name: those that could be opened, and that a quorum agrees on. */
  readonly views: ReadonlyMap<string, Bytes>;
  readonly index: SnapshotIndex;
}

/** Puts the chunks of the newest certified checkpoint. Gives the hash of the manifest, or undefined where nothing is certified yet. */
export async function makeSnapshot(
  deps: SnapshotDeps,
  { source, put }: { readonly source: SnapshotSource; readonly put: PutChunk },
): Promise<Bytes | undefined> {
  const { log, secret, epochId, rotateBlock } = source;
  const certified = log.checkpoints.findCertified();
  if (certified === undefined) return undefined;
  const { era, state } = certified.own;
  const stateKey = deriveStateKey(deps, secret);
  const viewKey = reachesLevel(levelOf(secret), "snapshot") ? deriveChunkKey(deps, secret) : undefined;
  const putAs = (kind: ChunkPlace["kind"], name: string) => async (content: Bytes, key: ChunkKey) => {
    const place = { logId: log.logId, era: kind === "index" ? 0 : era, kind, name };
    const { chunks, hashes } = encryptChunks(deps, { content, key, place });
    for (const chunk of chunks) await put(chunk);
    return hashes;
  };
  try {
    const buckets: (readonly Bytes[])[] = [];
    for (const [i, bucket] of (source.buckets ?? []).entries())
      buckets.push(await putAs("bucket", String(i))(bucket, stateKey));
    const views: { readonly name: string; readonly chunks: readonly Bytes[] }[] = [];
    if (viewKey !== undefined)
      for (const [name, content] of source.views)
        views.push({ name, chunks: await putAs("view", name)(content, viewKey) });
    const chunks = await putAs("state", "")(state, stateKey);
    const index = encodeIndex({ era, chain: encodeEraChain(certified.chain), state: chunks, buckets, views });
    const sealed = splitChunks(deps, encodeSealedBlocks(source.sealed));
    for (const chunk of sealed.chunks) await put(chunk);
    const indexChunks = await putAs("index", "")(index, stateKey);
    const manifest = encodeManifest({ epochId, rotateBlock, index: indexChunks, sealed: sealed.hashes });
    await put(manifest);
    return deps.primitives.sha256(manifest);
  } finally {
    stateKey.destroy();
    viewKey?.destroy();
  }
}

/**
 * Opens a snapshot and verifies it from the genesis on.
 * @throws ForgedCheckpointError where a quorum did not sign it, or a part is not the one that was signed; MalformedRoomError
 */
export async function openSnapshot(
  deps: SnapshotDeps,
  {
    genesis,
    logId,
    manifest,
    secret,
    get,
  }: {
    readonly genesis: Genesis;
    readonly logId: Bytes;
    readonly manifest: Manifest;
    readonly secret: LevelSecret;
    readonly get: GetChunk;
  },
): Promise<OpenedSnapshot> {
  const { primitives } = deps;
  const stateKey = deriveStateKey(deps, secret);
  const viewKey = reachesLevel(levelOf(secret), "snapshot") ? deriveChunkKey(deps, secret) : undefined;
  try {
    const sealed = await collect(deps, { hashes: manifest.index, get });
    const index = decodeIndex(decryptChunks(deps, { chunks: sealed, key: stateKey, place: indexPlace(logId) }));
    const chain = decodeEraChain(primitives, { logId, bytes: index.chain });
    const { checkpoint, views: viewsHash } = verifyEraChain(primitives, { genesis, logId, chain });
    const { era } = checkpoint;
    const state = await collect(deps, { hashes: index.state, get });
    const encoded = decryptChunks(deps, {
      chunks: state,
      key: stateKey,
      place: { logId, era, kind: "state", name: "" },
    });
    if (!equalBytes(primitives.sha256(encoded), checkpoint.stateHash)) throw new ForgedCheckpointError();
    const views = new Map<string, Bytes>();
    if (viewKey !== undefined && viewsHash !== undefined)
      for (const { name, chunks } of index.views) {
        const collected = await collect(deps, { hashes: chunks, get });
        views.set(
          name,
          decryptChunks(deps, { chunks: collected, key: viewKey, place: { logId, era, kind: "view", name } }),
        );
      }
    const start = { state: decodeCheckpointState(encoded), indexers: checkpoint.indexers, voters: [], chain };
    return { start, views: isAgreed(primitives, views, viewsHash) ? views : new Map(), index };
  } finally {
    stateKey.destroy();
    viewKey?.destroy();
  }
}

/**
 * The contexts of one bucket, verified by what a quorum signed; undefined where no chunk of it is found.
 * @throws ForgedCheckpointError where one was changed
 */
export async function openBucket(
  deps: Pick<SnapshotDeps, "primitives">,
  {
    base,
    logId,
    bucket,
    secret,
    get,
  }: {
    readonly base: SnapshotBase;
    readonly logId: Bytes;
    readonly bucket: number;
    readonly secret: LevelSecret;
    readonly get: GetChunk;
  },
): Promise<Bytes | undefined> {
  const chunks: Uint8Array[] = [];
  for (const hash of base.buckets[bucket] ?? []) {
    const chunk = await get(hash);
    if (chunk === undefined) return undefined;
    chunks.push(chunk);
  }
  const stateKey = deriveStateKey(deps, secret);
  try {
    const place = { logId, era: base.era, kind: "bucket", name: String(bucket) } as const;
    const contexts = decryptChunks(deps, { chunks, key: stateKey, place });
    const chains = new ContextChains(deps.primitives);
    for (const { bytes } of readRawContexts(contexts)) chains.add(bytes);
    const at = bucket * 32;
    if (!equalBytes(chains.chains.subarray(at, at + 32), base.chains.subarray(at, at + 32)))
      throw new ForgedCheckpointError();
    return contexts;
  } finally {
    stateKey.destroy();
  }
}

function indexPlace(logId: Bytes): ChunkPlace {
  return { logId, era: 0, kind: "index", name: "" };
}

/** The blocks that came with a snapshot; none where they are not found, or somebody changed them. */
export async function findSnapshotBlocks(
  deps: Pick<SnapshotDeps, "primitives">,
  { manifest, get }: { readonly manifest: Manifest; readonly get: GetChunk },
): Promise<readonly Bytes[]> {
  try {
    return decodeSealedBlocks(concatBytes(...(await collect(deps, { hashes: manifest.sealed, get }))));
  } catch (error) {
    if (error instanceof ForgedCheckpointError || error instanceof MalformedRoomError) return [];
    throw error;
  }
}

async function collect(
  { primitives }: Pick<SnapshotDeps, "primitives">,
  { hashes, get }: { readonly hashes: readonly Bytes[]; readonly get: GetChunk },
): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for (const hash of hashes) {
    const chunk = await get(hash);
    if (chunk === undefined || !equalBytes(primitives.sha256(chunk), hash)) throw new ForgedCheckpointError();
    chunks.push(chunk);
  }
  return chunks;
}

/** The hash that indexers put in their votes (§8.2). */
export function hashViews({ sha256 }: Pick<Primitives, "sha256">, views: ReadonlyMap<string, Bytes>): Bytes {
  const writer = new FieldWriter();
  for (const [name, content] of [...views].sort(([a], [b]) => (a < b ? -1 : 1)))
    writer.text(name).bytes(sha256(content));
  return sha256(writer.finish());
}

function isAgreed(
  primitives: Pick<Primitives, "sha256">,
  views: ReadonlyMap<string, Bytes>,
  agreed: Bytes | undefined,
): boolean {
  return agreed !== undefined && equalBytes(hashViews(primitives, views), agreed);
}
