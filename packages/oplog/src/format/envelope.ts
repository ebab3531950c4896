/**
 * Blocks as they are sent and stored, docs/protocol/rooms.md §2.1. Nothing here has a key: control and content are ciphertexts, and the
 * writer's signature comes from a port.
 */
import { type Bytes, type Ciphertext, createJoiner, createPool, equalBytes, toBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { MalformedBlockError } from "../errors.ts";
import { oplogLabels } from "../labels.ts";
import { oplogLimits } from "../limits.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter, varintLength } from "./byte-writer.ts";
import { type BlockHeader, blockFlags, encodeHeader, readHeader } from "./header.ts";

/** A decoded block. All fields but the two hashes are views on `bytes`. */
export interface Envelope {
  readonly header: BlockHeader;
  /** The header as it was hashed and is authenticated by both ciphertexts. */
  readonly headerBytes: Bytes;
  /** 24 bytes. */
  readonly nonce: Bytes;
  readonly control: Bytes;
  /** Empty where the header has no flag for it. */
  readonly content: Bytes;
  /** Empty where the header has no flag for it. */
  readonly publicPart: Bytes;
  /** 64 bytes; only {@link verifyEnvelope} says whether it is one. */
  readonly signature: Bytes;
  /** 32 bytes: the name of the block. It covers everything but the signature. */
  readonly hash: Bytes;
  /** 32 bytes: what stands for control, content and public part in the hash (§3.3). */
  readonly tailHash: Bytes;
  readonly bytes: Ciphertext<"block">;
}

/** A block as it can be read without hashing it: for bytes that were hashed before, as those of a device's own store. */
export type UnhashedEnvelope = Omit<Envelope, "hash" | "tailHash">;

/** Who writes: the signature is made outside, so that no secret key comes in here. */
export interface Signer {
  /** Ed25519 public key, 32 bytes. */
  readonly writer: Bytes;
  /** 64 bytes over `message`, of which nothing is kept. */
  readonly sign: (message: Uint8Array) => Bytes;
}

/** What a new block is made of. `control` and `content` are ciphertexts already. */
export interface EnvelopeParts {
  readonly header: BlockHeader;
  /** 24 bytes, never used before with the same keys (§2.2). */
  readonly nonce: Bytes;
  readonly control: Bytes;
  readonly content: Bytes;
  readonly publicPart: Bytes;
}

const nonceLengthBytes = 24;
const signatureLengthBytes = 64;
/** Longer than the label, a header with its nonce, and a hash. */
const blockMessageBytes = 256;

const joinBlockMessage = createJoiner(blockMessageBytes);
const joinSignatureMessage = createJoiner(blockMessageBytes);
const takeBlock = createPool();

/**
 * A signed block. What it gives is what {@link decodeEnvelope} gives of its bytes.
 * @throws MalformedBlockError where the parts contradict the header, the header names another writer, or the limit is passed
 */
export function createEnvelope(
  deps: Pick<Primitives, "sha256"> & { readonly signer: Signer },
  { header, nonce, control, content, publicPart }: EnvelopeParts,
): Envelope {
  if (nonce.length !== nonceLengthBytes) throw new MalformedBlockError("a nonce has 24 bytes");
  const headerBytes = encodeHeader(header);
  const parts = [control, content, publicPart];
  const tailBytes = parts.reduce((sum, { length }) => sum + varintLength(length) + length, 0);
  const unsigned = new ByteWriter(headerBytes.length + nonceLengthBytes + tailBytes + signatureLengthBytes, takeBlock)
    .bytes(headerBytes)
    .bytes(nonce)
    .sizedBytes(control)
    .sizedBytes(content)
    .sizedBytes(publicPart)
    .bytes(new Uint8Array(signatureLengthBytes))
    .finish();
  const { signer } = deps;
  const envelope = decodeEnvelope(deps, unsigned);
  if (!equalBytes(header.writer, signer.writer)) throw new MalformedBlockError("the header names another writer");
  const signature = signer.sign(signatureMessage(envelope.hash));
  if (signature.length !== signatureLengthBytes) throw new MalformedBlockError("a signature has 64 bytes");
  // `signature` of the envelope is a view on `unsigned`, and the hash does not cover it.
  unsigned.set(signature, unsigned.length - signatureLengthBytes);
  return envelope;
}

/**
 * The block in `bytes`, which this takes over: the fields are views, so nobody may change the array afterwards. The signature is not looked
 * at, see {@link verifyEnvelope}.
 * @throws MalformedBlockError where the bytes do not have the one form that §2.1 fixes
 */
export function decodeEnvelope({ sha256 }: Pick<Primitives, "sha256">, bytes: Uint8Array): Envelope {
  const { envelope, tailStart, tailEnd } = readParts(bytes);
  const tailHash = sha256(envelope.bytes.subarray(tailStart, tailEnd));
  const headAndNonce = envelope.bytes.subarray(0, tailStart);
  return { ...envelope, hash: blockHash({ sha256 }, { headAndNonce, tailHash }), tailHash };
}

/** What {@link decodeEnvelope} gives, or undefined for bytes that are no block. */
export function tryDecodeEnvelope(deps: Pick<Primitives, "sha256">, bytes: Uint8Array): Envelope | undefined {
  try {
    return decodeEnvelope(deps, bytes);
  } catch (error) {
    if (error instanceof MalformedBlockError) return undefined;
    throw error;
  }
}

/** As {@link decodeEnvelope}, without the hashes. Throws MalformedBlockError. */
export function decodeUnhashedEnvelope(bytes: Uint8Array): UnhashedEnvelope {
  return readParts(bytes).envelope;
}

function readParts(bytes: Uint8Array): {
  readonly envelope: UnhashedEnvelope;
  readonly tailStart: number;
  readonly tailEnd: number;
} {
  if (bytes.length > oplogLimits.envelopeBytes) throw new MalformedBlockError("the block is larger than its limit");
  const owned = toBytes(bytes);
  const reader = new ByteReader(owned);
  const header = readHeader(reader);
  const headerEnd = reader.offset;
  const nonce = toBytes(reader.bytes(nonceLengthBytes));
  const tailStart = reader.offset;
  const control = toBytes(reader.sizedBytes());
  const content = toBytes(reader.sizedBytes());
  const publicPart = toBytes(reader.sizedBytes());
  const tailEnd = reader.offset;
  const signature = toBytes(reader.bytes(signatureLengthBytes));
  reader.end();
  checkFlags(header, { content, publicPart });
  const envelope = {
    header,
    headerBytes: owned.subarray(0, headerEnd),
    nonce,
    control,
    content,
    publicPart,
    signature,
    // brand: a block holds readable content in ciphertexts alone, by its format; nothing was in the clear here
    bytes: owned as Ciphertext<"block">,
  };
  return { envelope, tailStart, tailEnd };
}

/** Whether the writer in the header signed this block. False, never a throw, for any signature. */
export function verifyEnvelope({ verify }: Pick<Primitives, "verify">, envelope: Envelope): boolean {
  return verify(envelope.header.writer, signatureMessage(envelope.hash), envelope.signature);
}

/** The hash that names a block, from its header with nonce (as one array) and the hash of its tail. */
export function blockHash(
  { sha256 }: Pick<Primitives, "sha256">,
  { headAndNonce, tailHash }: { readonly headAndNonce: Uint8Array; readonly tailHash: Uint8Array },
): Bytes {
  return sha256(joinBlockMessage(oplogLabels.block, headAndNonce, tailHash));
}

/** What a writer signs of a block. It holds until the next call. */
export function signatureMessage(hash: Uint8Array): Bytes {
  return joinSignatureMessage(oplogLabels.blockSignature, hash);
}

function checkFlags(
  { flags }: BlockHeader,
  { content, publicPart }: { readonly content: Bytes; readonly publicPart: Bytes },
): void {
  if (((flags & blockFlags.content) !== 0) !== content.length > 0)
    throw new MalformedBlockError("the flag for content disagrees with what is there");
  if (((flags & blockFlags.publicPart) !== 0) !== publicPart.length > 0)
    throw new MalformedBlockError("the flag for a public part disagrees with what is there");
}
