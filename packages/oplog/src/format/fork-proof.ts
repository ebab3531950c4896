/**
 * Proof that a writer signed two blocks with one seq, docs/protocol/rooms.md §3.3. It needs no trust in who shows it, no key, and nothing of
 * what the blocks hold: header, nonce, the hash of the tail and the signature of each, about 220 bytes.
 */
import { type Bytes, concatBytes, equalBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { ForkProofError, MalformedBlockError } from "../errors.ts";
import { ByteReader } from "./byte-reader.ts";
import { compareBytes } from "./compare-bytes.ts";
import { blockHash, type Envelope, signatureMessage } from "./envelope.ts";
import { type BlockHeader, readHeader } from "./header.ts";

/** What a fork proof proves: the writer is frozen from `seq` on. */
export interface ProvenFork {
  readonly writer: Bytes;
  readonly seq: number;
  /** Hashes of the two blocks, ascending. */
  readonly blocks: readonly [Bytes, Bytes];
}

/** What a proof takes of a block. */
export type ForkEvidence = Pick<Envelope, "header" | "hash" | "headerBytes" | "nonce" | "tailHash" | "signature">;

/**
 * The proof that two blocks are a fork: the one with the smaller hash first, so that two blocks have one proof. The signatures are not
 * verified here: a block in the middle of a run may have been accepted without looking at its own.
 * @throws ForkProofError where they are one block, or not of one log, writer and seq
 */
export function createForkProof(a: ForkEvidence, b: ForkEvidence): Bytes {
  checkContradiction(a.header, b.header);
  const order = compareBytes(a.hash, b.hash);
  if (order === 0) throw new ForkProofError("a block does not contradict itself");
  const [first, second] = order < 0 ? [a, b] : [b, a];
  return concatBytes(...sideOf(first), ...sideOf(second));
}

/**
 * What `proof` proves about a writer of the log with `logTag` (16 bytes).
 * @throws ForkProofError where it proves nothing
 */
export function verifyForkProof(
  deps: Pick<Primitives, "sha256" | "verify">,
  { proof, logTag }: { readonly proof: Uint8Array; readonly logTag: Uint8Array },
): ProvenFork {
  const { first, second } = decodeForkProof(deps, proof);
  checkContradiction(first.header, second.header);
  if (!equalBytes(first.header.logTag, logTag)) throw new ForkProofError("the proof is about another log");
  if (compareBytes(first.hash, second.hash) >= 0) throw new ForkProofError("the blocks are not ascending and distinct");
  for (const { header, hash, signature } of [first, second]) {
    if (!deps.verify(header.writer, signatureMessage(hash), signature))
      throw new ForkProofError("the writer did not sign both");
  }
  return { writer: first.header.writer.slice(), seq: first.header.seq, blocks: [first.hash, second.hash] };
}

/** One of the two blocks, as far as the proof shows it. */
interface Side {
  readonly header: BlockHeader;
  readonly hash: Bytes;
  readonly signature: Uint8Array;
}

function sideOf({ headerBytes, nonce, tailHash, signature }: ForkEvidence): readonly Bytes[] {
  return [headerBytes, nonce, tailHash, signature];
}

function decodeForkProof(
  deps: Pick<Primitives, "sha256">,
  proof: Uint8Array,
): { readonly first: Side; readonly second: Side } {
  try {
    const reader = new ByteReader(proof);
    const first = readSide(deps, { proof, reader });
    const second = readSide(deps, { proof, reader });
    reader.end();
    return { first, second };
  } catch (error) {
    if (error instanceof MalformedBlockError) throw new ForkProofError("the bytes are no fork proof");
    throw error;
  }
}

function readSide(
  deps: Pick<Primitives, "sha256">,
  { proof, reader }: { readonly proof: Uint8Array; readonly reader: ByteReader },
): Side {
  const start = reader.offset;
  const header = readHeader(reader);
  reader.bytes(24);
  const headAndNonce = proof.subarray(start, reader.offset);
  const hash = blockHash(deps, { headAndNonce, tailHash: reader.bytes(32) });
  return { header, hash, signature: reader.bytes(64) };
}

function checkContradiction(a: BlockHeader, b: BlockHeader): void {
  if (!equalBytes(a.logTag, b.logTag)) throw new ForkProofError("two logs");
  if (!equalBytes(a.writer, b.writer)) throw new ForkProofError("two writers");
  if (a.seq !== b.seq) throw new ForkProofError("two places in the chain");
}
