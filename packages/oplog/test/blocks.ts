// Blocks for tests: writers with visibly fake keys, and a seeded source of choices. "Ciphertexts" here hide nothing.
import { type Bytes, concatBytes, encodeUtf8 } from "@coterie/bytes";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import {
  blockFlags,
  type BlockHeader,
  createEnvelope,
  encodeControlPrefix,
  type Envelope,
  type Signer,
} from "../src/index.ts";

/** Signatures are what takes long here, and every peer verifies the same ones: each is verified once. */
const verified = new Map<string, boolean>();
export const deps = {
  sha256: primitives.sha256,
  verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
    const name = Buffer.concat([publicKey, signature, message]).toString("latin1");
    const known = verified.get(name) ?? primitives.verify(publicKey, message, signature);
    if (verified.size > 50_000) verified.clear();
    verified.set(name, known);
    return known;
  },
};
const signers = new Map<number, Signer>();
export const logTag: Bytes = filled(16, 0x22);
export const noBlock: Bytes = filled(32, 0);
const noBytes: Bytes = filled(0, 0);

export function filled(lengthBytes: number, value: number): Bytes {
  return new Uint8Array(lengthBytes).fill(value);
}

/** A writer whose key follows from a small number. */
export function signerOf(number: number): Signer {
  const known = signers.get(number);
  if (known !== undefined) return known;
  const seed = primitives.sha256(encodeUtf8(`fake writer ${number}`));
  const { publicKey, secretKey } = primitives.deriveSigningKeyPair(seed);
  const signer: Signer = { writer: publicKey, sign: (message) => primitives.sign(secretKey, message) };
  signers.set(number, signer);
  return signer;
}

/** An epoch's id from a small number. */
export function epochOf(number: number): Bytes {
  return filled(16, number);
}

export interface BlockInput {
  readonly header?: Partial<BlockHeader>;
  readonly control?: Bytes;
  readonly content?: Bytes;
  readonly publicPart?: Bytes;
  readonly nonce?: Bytes;
}

/** A block with flags that agree with what is given. */
export function blockOf(
  signer: Signer,
  {
    header = {},
    control = filled(80, 1),
    content = noBytes,
    publicPart = noBytes,
    nonce = filled(24, 0x55),
  }: BlockInput = {},
): Envelope {
  const flags = (content.length > 0 ? blockFlags.content : 0) | (publicPart.length > 0 ? blockFlags.publicPart : 0);
  const whole = { flags, logTag, writer: signer.writer, seq: 0, previous: noBlock, epochId: epochOf(1), ...header };
  return createEnvelope({ ...deps, signer }, { header: whole, nonce, control, content, publicPart });
}

/** The same block with a signature that is none. */
export function withBadSignature(envelope: Envelope): Bytes {
  const bytes = envelope.bytes.slice();
  bytes[bytes.length - 33] = (bytes[bytes.length - 33] ?? 0) ^ 1;
  return bytes;
}

/** A block that follows others, for logs whose "ciphertext" of the control part is the plain text after a mark. */
export function nextBlock(
  signer: Signer,
  {
    previous,
    links = [],
    lamport,
    commits = 0,
    ...rest
  }: BlockInput & {
    readonly previous?: Envelope | undefined;
    readonly links?: readonly Bytes[];
    readonly lamport: number;
    readonly commits?: number;
  },
): Envelope {
  const chain = previous === undefined ? {} : { seq: previous.header.seq + 1, previous: previous.hash };
  return blockOf(signer, {
    ...rest,
    header: { ...chain, ...rest.header },
    control: concatBytes(openMark, encodeControlPrefix({ links, lamport, commits }), rest.control ?? filled(64, 0)),
  });
}

/** Begins what the opener of these tests opens. */
export const openMark: Bytes = encodeUtf8("fake ciphertext:");

/** Choices that follow from a seed (xorshift32 over a hashed start): repeatable, not for secrets. */
export function createChooser(seed: number): (count: number) => number {
  const start = primitives.sha256(encodeUtf8(`seed ${seed}`));
  let state = new DataView(start.buffer).getUint32(0) | 1;
  return (count) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % count;
  };
}

export function shuffle<T>(choose: (count: number) => number, items: readonly T[]): T[] {
  const left = [...items];
  const shuffled: T[] = [];
  while (left.length > 0) shuffled.push(...left.splice(choose(left.length), 1));
  return shuffled;
}
