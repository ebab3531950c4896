/**
 * What an arrived piece changes in the ML-KEM Braid (docs/protocol/sessions.md §7.4). Pure: a step that fails has no result. What
 * arrives is not authenticated before the message around it was opened, so a step may be thrown away.
 */
import { type Bytes, concatBytes, SecretKey } from "@coterie/bytes";
import { isQuantumMac, quantumMac, updateAuthenticator } from "./authenticator.ts";
import {
  awaitHeader,
  type Braid,
  type BraidPiece,
  type BraidPrimitives,
  type EpochSecret,
  epochSecretOf,
} from "./braid.ts";
import { braidLengths, type BraidState } from "./braid-state.ts";
import { assembleMessage, collectChunk, type Collected, emptyCollection, isComplete } from "./erasure-code.ts";

/** What a step of receiving gives: tampered pieces give nothing. */
export type BraidReceiveStep =
  | { readonly kind: "received"; readonly braid: Braid; readonly output: EpochSecret | undefined }
  | { readonly kind: "tampered" };

/** A braid, and a piece of its epoch. */
interface Arrival<Kind extends BraidState["kind"]> {
  readonly braid: Braid;
  readonly state: Extract<BraidState, { kind: Kind }>;
  readonly piece: BraidPiece;
}

/** Takes a piece in. Pieces of earlier epochs, and of kinds that the state does not wait for, change nothing. */
export function receivePiece(
  primitives: BraidPrimitives,
  { braid, piece }: { readonly braid: Braid; readonly piece: BraidPiece },
): BraidReceiveStep {
  const { state } = braid;
  if (piece.epoch < state.epoch) return moveTo(braid, state);
  if (piece.epoch > state.epoch) {
    // Only who has the whole ciphertext can be one epoch ahead.
    if (state.kind !== "second-sampled" || piece.epoch !== state.epoch + 1) return { kind: "tampered" };
    return moveTo(braid, { kind: "keys-unsampled", epoch: piece.epoch });
  }
  switch (state.kind) {
    case "keys-sampled":
    case "header-sent":
      return receiveFirst(primitives, { braid, state, piece });
    case "first-received":
    case "vector-sent":
      return receiveSecond(primitives, { braid, state, piece });
    case "no-header-received":
      return receiveHeader(primitives, { braid, state, piece });
    case "first-sampled":
    case "vector-received":
    case "first-acknowledged":
      return receiveVector(primitives, { braid, state, piece });
    case "keys-unsampled":
    case "header-received":
    case "second-sampled":
      return moveTo(braid, state);
  }
}

function moveTo(braid: Braid, state: BraidState): BraidReceiveStep {
  return { kind: "received", braid: { ...braid, state }, output: undefined };
}

function receiveFirst(
  { mlKem768Parts }: BraidPrimitives,
  { braid, state, piece }: Arrival<"keys-sampled" | "header-sent">,
): BraidReceiveStep {
  if (piece.kind !== "first" || piece.chunk === undefined) return moveTo(braid, state);
  const { epoch, seed } = state;
  const before = state.kind === "header-sent" ? state.first : emptyCollection(braidLengths.first);
  const first = collectChunk(before, piece.chunk);
  const vector = state.kind === "header-sent" ? state.vector : { message: vectorOf(mlKem768Parts, seed), nextIndex: 0 };
  if (!isComplete(first)) return moveTo(braid, { kind: "header-sent", epoch, seed, vector, first });
  return moveTo(braid, { kind: "first-received", epoch, seed, vector, first: assembleMessage(first) });
}

function vectorOf({ deriveKeyPair }: BraidPrimitives["mlKem768Parts"], seed: Bytes): Bytes {
  const { vector, secretKey } = deriveKeyPair(seed);
  secretKey.destroy();
  return vector;
}

function receiveSecond(
  primitives: BraidPrimitives,
  { braid, state, piece }: Arrival<"first-received" | "vector-sent">,
): BraidReceiveStep {
  if (piece.kind !== "second" || piece.chunk === undefined) return moveTo(braid, state);
  const { epoch, seed, first } = state;
  const before = state.kind === "vector-sent" ? state.second : emptyCollection(braidLengths.secondWithMac);
  const second = collectChunk(before, piece.chunk);
  if (!isComplete(second)) return moveTo(braid, { kind: "vector-sent", epoch, seed, first, second });
  return openCiphertext(primitives, { braid, epoch, seed, first, second: assembleMessage(second) });
}

function receiveHeader(
  primitives: BraidPrimitives,
  { braid, state, piece }: Arrival<"no-header-received">,
): BraidReceiveStep {
  if (piece.kind !== "header" || piece.chunk === undefined) return moveTo(braid, state);
  const header = collectChunk(state.header, piece.chunk);
  if (!isComplete(header)) return moveTo(braid, { ...state, header });
  return openHeader(primitives, { braid, epoch: state.epoch, header: assembleMessage(header) });
}

function openHeader(
  primitives: BraidPrimitives,
  { braid, epoch, header }: { readonly braid: Braid; readonly epoch: number; readonly header: Bytes },
): BraidReceiveStep {
  const [key, mac] = [header.slice(0, braidLengths.header), header.slice(braidLengths.header)];
  const { authenticator } = braid;
  if (!isQuantumMac(primitives, { authenticator, epoch, what: "header", parts: [key], mac })) {
    return { kind: "tampered" };
  }
  return moveTo(braid, { kind: "header-received", epoch, header: key });
}

/** The vector may be complete before or after the first part is acknowledged; both together call for the second part. */
function receiveVector(
  primitives: BraidPrimitives,
  { braid, state, piece }: Arrival<"first-sampled" | "vector-received" | "first-acknowledged">,
): BraidReceiveStep {
  const acknowledges = piece.kind === "vector-acknowledging" || piece.kind === "acknowledging";
  if (!acknowledges && piece.kind !== "vector") return moveTo(braid, state);
  const { epoch, header, secret } = state;
  const isAcknowledged = acknowledges || state.kind === "first-acknowledged";
  const firstMessage = state.kind === "first-acknowledged" ? state.first : state.first.message;
  const vector = vectorAfter(state, piece);
  if (vector instanceof Uint8Array) {
    if (isAcknowledged) {
      return sampleSecond(primitives, { braid, sampled: { epoch, header, secret, first: firstMessage, vector } });
    }
    return moveTo(braid, { kind: "vector-received", epoch, header, secret, first: state.first, vector });
  }
  if (isAcknowledged) {
    return moveTo(braid, { kind: "first-acknowledged", epoch, header, secret, first: firstMessage, vector });
  }
  if (state.kind !== "first-sampled") return moveTo(braid, state);
  return moveTo(braid, { ...state, vector });
}

/** The whole vector, or what is collected of it. */
function vectorAfter(
  state: Arrival<"first-sampled" | "vector-received" | "first-acknowledged">["state"],
  { chunk }: BraidPiece,
): Bytes | Collected {
  if (state.kind === "vector-received") return state.vector;
  const collected = chunk === undefined ? state.vector : collectChunk(state.vector, chunk);
  return isComplete(collected) ? assembleMessage(collected) : collected;
}

/** What the second part is made of. */
interface Sampled {
  readonly epoch: number;
  readonly header: Bytes;
  readonly secret: Bytes;
  readonly first: Bytes;
  readonly vector: Bytes;
}

function sampleSecond(
  primitives: BraidPrimitives,
  { braid, sampled }: { readonly braid: Braid; readonly sampled: Sampled },
): BraidReceiveStep {
  const { epoch, header, secret, first, vector } = sampled;
  const { authenticator } = braid;
  const kem = primitives.mlKem768Parts;
  const state = SecretKey.copyOf("encapsulation", secret);
  try {
    const second = kem.encapsulateSecond(state, { header, vector });
    const mac = quantumMac(primitives, { authenticator, epoch, what: "ciphertext", parts: [first, second] });
    const message = concatBytes(second, mac);
    return moveTo(braid, { kind: "second-sampled", epoch, second: { message, nextIndex: 0 } });
  } catch {
    // The vector is not the one that the header, which was authenticated, commits to.
    return { kind: "tampered" };
  } finally {
    state.destroy();
  }
}

interface ArrivedCiphertext {
  readonly braid: Braid;
  readonly epoch: number;
  readonly seed: Bytes;
  readonly first: Bytes;
  readonly second: Bytes;
}

function openCiphertext(
  primitives: BraidPrimitives,
  { braid, epoch, seed, first, second }: ArrivedCiphertext,
): BraidReceiveStep {
  const [ciphertext, mac] = [second.slice(0, braidLengths.second), second.slice(braidLengths.second)];
  const secretKey = SecretKey.copyOf("ml-kem", seed);
  const shared = primitives.mlKem768Parts.decapsulate(secretKey, { first, second: ciphertext });
  secretKey.destroy();
  const output = epochSecretOf(primitives, { epoch, shared });
  const authenticator = updateAuthenticator(primitives, { authenticator: braid.authenticator, ...output });
  const parts = [first, ciphertext];
  if (!isQuantumMac(primitives, { authenticator, epoch, what: "ciphertext", parts, mac })) return { kind: "tampered" };
  return { kind: "received", braid: { authenticator, state: awaitHeader(epoch + 1) }, output };
}
