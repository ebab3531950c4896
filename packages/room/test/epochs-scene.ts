import { type Bytes, concatBytes, Plaintext } from "@coterie/bytes";
import { blockFlags, encodeControlPrefix, encodeHeader } from "@coterie/oplog";
import type { RandomSource } from "@coterie/primitives";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { type BlockContents, encryptBlock, type EncryptedPart } from "../src/epochs/block-cipher.ts";
import { type BlockKeys, deriveBlockKeys } from "../src/epochs/block-keys.ts";
import { deriveEpochId, type EpochLevel, levelSecretOf } from "../src/epochs/level-secret.ts";

export const deps = { primitives };
export const nothing: Bytes = new Uint8Array(0);

/** `lengthBytes` bytes that follow from a seed and a name; visibly made up. */
export function madeUp(name: string, lengthBytes: number = 32): Bytes {
  const label = new TextEncoder().encode(`made up for tests: ${name}`);
  return primitives.hkdfSha256({ secret: label, salt: nothing, info: nothing, lengthBytes });
}

/** Randomness that a seed decides. */
export function seededRandom(seed: string): RandomSource & { readonly below: (limit: number) => number } {
  let drawn = 0;
  const fill = (target: Bytes): void => {
    for (let at = 0; at < target.length; at += 32)
      target.set(madeUp(`${seed} ${drawn++}`).subarray(0, target.length - at), at);
  };
  const below = (limit: number): number => {
    const four: Bytes = new Uint8Array(4);
    fill(four);
    return new DataView(four.buffer).getUint32(0) % limit;
  };
  return { fill, below };
}

/** Keys of one writer in one epoch of one room, held at one level. */
export function blockKeys({
  room = "a room",
  epoch = "an epoch",
  writer = "alice's phone",
  level = "full",
}: {
  readonly room?: string;
  readonly epoch?: string;
  readonly writer?: string;
  readonly level?: EpochLevel;
} = {}): BlockKeys {
  const logId = madeUp(room);
  const secret = levelSecretOf(level, madeUp(`${epoch} at level ${level}`));
  const place = { epochId: deriveEpochId(deps, { logId, secret }), writer: madeUp(writer) };
  return deriveBlockKeys(deps, { secret, place });
}

/** A block that is ready to be encrypted. */
export function blockContents({
  keys = blockKeys(),
  room = "a room",
  seq = 7,
  links = 1,
  operations = nothing,
  value = "see you at eight",
  hasContent = true,
  publicPart = nothing,
}: {
  readonly keys?: BlockKeys;
  readonly room?: string;
  readonly seq?: number;
  readonly links?: number;
  readonly operations?: Bytes;
  readonly value?: string | Bytes;
  readonly hasContent?: boolean;
  readonly publicPart?: Bytes;
} = {}): BlockContents {
  const plaintext = typeof value === "string" ? Plaintext.fromText(value) : Plaintext.copyOf(value);
  const content = hasContent ? plaintext : undefined;
  const header = encodeHeader({
    flags: (content === undefined ? 0 : blockFlags.content) | (publicPart.length === 0 ? 0 : blockFlags.publicPart),
    logTag: madeUp(room).slice(0, 16),
    writer: keys.writer,
    seq,
    previous: seq === 0 ? new Uint8Array(32) : madeUp(`hash of block ${seq - 1}`),
    epochId: keys.epochId,
  });
  const hashes = Array.from({ length: links }, (_, i) => concatBytes(Uint8Array.of(i), madeUp("link").subarray(1)));
  const prefix = encodeControlPrefix({ links: hashes, lamport: seq + 3, commits: 2 });
  return { keys, header, control: concatBytes(prefix, operations), content, publicPart };
}

/** Both ciphertexts of a block, each with all that decrypting takes. */
export function encryptedParts(contents: BlockContents): {
  readonly control: EncryptedPart;
  readonly content: EncryptedPart;
} {
  const { keys, header, publicPart } = contents;
  const { nonce, control, content } = encryptBlock(deps, contents);
  const place = { keys, header, publicPart, nonce };
  return { control: { ...place, ciphertext: control }, content: { ...place, ciphertext: content } };
}
