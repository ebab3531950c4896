/**
 * A checkpoint on its way to somebody who begins with it: a manifest and chunks, each found by its hash, all of it encrypted under keys of one
 * epoch (docs/protocol/rooms.md §8.3).
 */
import {
  type Bytes,
  type Ciphertext,
  concatBytes,
  encodeFields,
  FieldReader,
  FieldWriter,
  MalformedBytesError,
  type SecretKey,
} from "@coterie/bytes";
import { AuthenticationFailedError, type Primitives, randomBytes, type RandomSource } from "@coterie/primitives";
import { ForgedCheckpointError, MalformedRoomError } from "../errors.ts";
import { roomLabels } from "../labels.ts";
import { roomLimits } from "../limits.ts";

/** What chunks are made with. */
export interface ChunkDeps {
  readonly primitives: Pick<Primitives, "aes256Gcm" | "sha256">;
  readonly random: RandomSource;
}

/** A piece of a snapshot: `kind` "index", "state", "bucket" or "view" with what tells it from others of the kind. */
export interface ChunkPlace {
  readonly logId: Bytes;
  readonly era: number;
  readonly kind: "index" | "state" | "bucket" | "view";
  /** The number of a bucket, or the name of a view. */
  readonly name: string;
}

/** Keys of chunks: by what every member has, and by what needs level snapshot. */
export type ChunkKey = SecretKey<"room-state"> | SecretKey<"room-chunk">;

/** A content in chunks. */
export interface ChunkedContent {
  /** SHA-256 of each chunk, in order. */
  readonly hashes: readonly Bytes[];
  readonly chunks: readonly Ciphertext<"chunk">[];
}

/** What the index of a snapshot names. */
export interface SnapshotIndex {
  readonly era: number;
  readonly chain: Bytes;
  readonly state: readonly Bytes[];
  /** Chunks of each of the 256 buckets of contexts; none where the author does not hold them. */
  readonly buckets: readonly (readonly Bytes[])[];
  readonly views: readonly { readonly name: string; readonly chunks: readonly Bytes[] }[];
}

/** What is in the clear: which epoch opens the index. */
export interface Manifest {
  readonly epochId: Bytes;
  /** The block that begins the epoch: its public part has the member's entry. */
  readonly rotateBlock: Bytes;
  /** Chunks of the index. */
  readonly index: readonly Bytes[];
  /** Chunks of the blocks that hand out the epoch, as far as its author had them. */
  readonly sealed: readonly Bytes[];
}

const nonceLengthBytes = 12;

/** Encrypts a content in pieces of at most 1 MiB; a content of nothing is one piece. */
export function encryptChunks(
  deps: ChunkDeps,
  { content, key, place }: { readonly content: Bytes; readonly key: ChunkKey; readonly place: ChunkPlace },
): ChunkedContent {
  const chunks: Ciphertext<"chunk">[] = [];
  for (let at = 0; at === 0 || at < content.length; at += roomLimits.chunkBytes) {
    const nonce = randomBytes(deps.random, nonceLengthBytes);
    const plain = content.subarray(at, at + roomLimits.chunkBytes);
    const associatedData = associatedDataOf(place, chunks.length);
    const ciphertext = deps.primitives.aes256Gcm.encrypt({
      key: key.exposeSecretBytes(),
      nonce,
      plain,
      associatedData,
    });
    // brand: just encrypted
    chunks.push(concatBytes(nonce, ciphertext) as Ciphertext<"chunk">);
  }
  return { chunks, hashes: chunks.map((chunk) => deps.primitives.sha256(chunk)) };
}

/** Pieces of at most 1 MiB of what is ciphertext already. */
export function splitChunks({ primitives }: Pick<ChunkDeps, "primitives">, content: Bytes): ChunkedContent {
  const chunks: Ciphertext<"chunk">[] = [];
  for (let at = 0; at < content.length; at += roomLimits.chunkBytes)
    // brand: blocks, which are ciphertext
    chunks.push(content.slice(at, at + roomLimits.chunkBytes) as Ciphertext<"chunk">);
  return { chunks, hashes: chunks.map((chunk) => primitives.sha256(chunk)) };
}

/** Opens chunks that came from anywhere. Throws ForgedCheckpointError where one is not the chunk that was made for this place. */
export function decryptChunks(
  { primitives }: Pick<ChunkDeps, "primitives">,
  {
    chunks,
    key,
    place,
  }: { readonly chunks: readonly Uint8Array[]; readonly key: ChunkKey; readonly place: ChunkPlace },
): Bytes {
  return concatBytes(
    ...chunks.map((chunk, number) => {
      if (chunk.length < nonceLengthBytes) throw new ForgedCheckpointError();
      try {
        return primitives.aes256Gcm.decrypt({
          key: key.exposeSecretBytes(),
          nonce: chunk.subarray(0, nonceLengthBytes),
          ciphertext: chunk.subarray(nonceLengthBytes),
          associatedData: associatedDataOf(place, number),
        });
      } catch (error) {
        if (error instanceof AuthenticationFailedError) throw new ForgedCheckpointError();
        throw error;
      }
    }),
  );
}

/** The bytes of an index, before encryption. */
export function encodeIndex({ era, chain, state, buckets, views }: SnapshotIndex): Bytes {
  const writer = new FieldWriter()
    .number(era)
    .bytes(chain)
    .bytes(concatBytes(...state))
    .number(buckets.length);
  for (const bucket of buckets) writer.bytes(concatBytes(...bucket));
  writer.number(views.length);
  for (const { name, chunks } of views) writer.text(name).bytes(concatBytes(...chunks));
  return writer.finish();
}

/** The index in `bytes`. Throws MalformedRoomError. */
export function decodeIndex(bytes: Uint8Array): SnapshotIndex {
  return read(bytes, (reader) => {
    const era = reader.number();
    const chain = reader.bytes();
    const state = hashesOf(reader.bytes());
    const buckets = Array.from({ length: counted(reader, 256) }, () => hashesOf(reader.bytes()));
    const views = Array.from({ length: counted(reader, roomLimits.views) }, () => ({
      name: reader.text(),
      chunks: hashesOf(reader.bytes()),
    }));
    return { era, chain, state, buckets, views };
  });
}

/** The bytes of a manifest: a chunk like the others, but for who has no key yet. */
export function encodeManifest({ epochId, rotateBlock, index, sealed }: Manifest): Ciphertext<"chunk"> {
  // brand: what is readable in it are public names; the index is encrypted
  return new FieldWriter()
    .bytes(roomLabels.manifest)
    .bytes(epochId)
    .bytes(rotateBlock)
    .bytes(concatBytes(...index))
    .bytes(concatBytes(...sealed))
    .finish() as Ciphertext<"chunk">;
}

/** The manifest in `bytes`. Throws MalformedRoomError. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  return read(bytes, (reader) => {
    const label = reader.bytes(64);
    if (label.length !== roomLabels.manifest.length || !label.every((byte, i) => byte === roomLabels.manifest[i]))
      throw new MalformedRoomError("not a manifest of version 1");
    const epoch = { epochId: reader.bytes(16), rotateBlock: reader.bytes(32) };
    return { ...epoch, index: hashesOf(reader.bytes()), sealed: hashesOf(reader.bytes()) };
  });
}

function associatedDataOf({ logId, era, kind, name }: ChunkPlace, number: number): Bytes {
  return concatBytes(roomLabels.chunk, encodeFields(logId, era, kind, name, number));
}

function hashesOf(bytes: Bytes): readonly Bytes[] {
  if (bytes.length % 32 !== 0) throw new MalformedRoomError("hashes of chunks are cut off");
  return Array.from({ length: bytes.length / 32 }, (_, i) => bytes.slice(32 * i, 32 * i + 32));
}

function counted(reader: FieldReader, limit: number): number {
  const count = reader.number();
  if (count > limit) throw new MalformedRoomError("more than a snapshot holds");
  return count;
}

function read<Content>(bytes: Uint8Array, step: (reader: FieldReader) => Content): Content {
  try {
    const reader = new FieldReader(bytes);
    const content = step(reader);
    reader.end();
    return content;
  } catch (error) {
    if (error instanceof MalformedBytesError) throw new MalformedRoomError("the bytes are no part of a snapshot");
    throw error;
  }
}
