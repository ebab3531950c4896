/**
 * The ML-KEM Braid (docs/protocol/sessions.md §7.4): what to send next. Pure: the arguments are left alone. What an arrived piece
 * changes is in receive-piece.ts.
 */
import { type Bytes, concatBytes, type SecretKey } from "@coterie/bytes";
import { type Primitives, randomBytes, type RandomSource } from "@coterie/primitives";
import { labels, zeroSalt } from "../labels.ts";
import { sessionLimits } from "../limits.ts";
import { encodeUint64 } from "../numbers.ts";
import { type Authenticator, quantumMac, updateAuthenticator } from "./authenticator.ts";
import { braidLengths, type BraidState, type Sending } from "./braid-state.ts";
import { type Chunk, emptyCollection, encodeChunk } from "./erasure-code.ts";
import type { QuantumMessageKind } from "./quantum-message.ts";

/** What the steps compute with. */
export type BraidPrimitives = Pick<Primitives, "hkdfSha256" | "hmacSha256" | "mlKem768Parts">;

/** The braid of a session. */
export interface Braid {
  readonly state: BraidState;
  readonly authenticator: Authenticator;
}

/** A new shared secret, for the chains of its epoch. */
export interface EpochSecret {
  readonly epoch: number;
  readonly secret: Bytes;
}

/** A piece to send. */
export interface BraidPiece {
  readonly epoch: number;
  readonly kind: QuantumMessageKind;
  readonly chunk: Chunk | undefined;
}

/** What a step of sending gives. */
export interface BraidSendStep {
  readonly braid: Braid;
  readonly piece: BraidPiece;
  readonly output: EpochSecret | undefined;
}

interface BraidDeps {
  readonly primitives: BraidPrimitives;
  readonly random: RandomSource;
}

/** The braid of a new session: the initiator sends the first key. */
export function createBraid(role: "initiator" | "responder", authenticator: Authenticator): Braid {
  return { authenticator, state: role === "initiator" ? { kind: "keys-unsampled", epoch: 1 } : awaitHeader(1) };
}

/** The next piece to send. */
export function sendPiece(deps: BraidDeps, braid: Braid): BraidSendStep {
  const { state } = braid;
  const { epoch } = state;
  const silent = (): BraidSendStep => ({ braid, piece: { epoch, kind: "none", chunk: undefined }, output: undefined });
  const chunkOf = <Next extends BraidState>(
    kind: QuantumMessageKind,
    { sending, next }: { readonly sending: Sending; readonly next: (advanced: Sending) => Next },
  ): BraidSendStep => {
    // The numbers of chunks end; by then any peer that receives at all has had enough of them.
    if (sending.nextIndex > sessionLimits.chunkIndex) return silent();
    const chunk = { index: sending.nextIndex, bytes: encodeChunk(sending.message, sending.nextIndex) };
    const advanced = { message: sending.message, nextIndex: sending.nextIndex + 1 };
    return { braid: { ...braid, state: next(advanced) }, piece: { epoch, kind, chunk }, output: undefined };
  };
  switch (state.kind) {
    case "keys-unsampled":
      return sendPiece(deps, { ...braid, state: sampleKeys(deps, { epoch, authenticator: braid.authenticator }) });
    case "keys-sampled":
      return chunkOf("header", { sending: state.header, next: (header) => ({ ...state, header }) });
    case "header-sent":
      return chunkOf("vector", { sending: state.vector, next: (vector) => ({ ...state, vector }) });
    case "first-received":
      return chunkOf("vector-acknowledging", { sending: state.vector, next: (vector) => ({ ...state, vector }) });
    case "header-received": {
      const sampled = sampleFirst(deps, { braid, epoch, header: state.header });
      return { ...sendPiece(deps, sampled.braid), output: sampled.output };
    }
    case "first-sampled":
    case "vector-received":
      return chunkOf("first", { sending: state.first, next: (first) => ({ ...state, first }) });
    case "second-sampled":
      return chunkOf("second", { sending: state.second, next: (second) => ({ ...state, second }) });
    case "vector-sent":
    case "no-header-received":
    case "first-acknowledged":
      return silent();
  }
}

/** The state of who waits for the peer's key in `epoch`. */
export function awaitHeader(epoch: number): BraidState {
  return { kind: "no-header-received", epoch, header: emptyCollection(braidLengths.headerWithMac) };
}

function sampleKeys(
  { primitives, random }: BraidDeps,
  { epoch, authenticator }: { readonly epoch: number; readonly authenticator: Authenticator },
): BraidState {
  const seed = randomBytes(random, 64);
  const { header, secretKey } = primitives.mlKem768Parts.deriveKeyPair(seed);
  secretKey.destroy();
  const mac = quantumMac(primitives, { authenticator, epoch, what: "header", parts: [header] });
  return { kind: "keys-sampled", epoch, seed, header: { message: concatBytes(header, mac), nextIndex: 0 } };
}

/** The shared secret is known from here on, though its receiver needs the whole ciphertext first. */
function sampleFirst(
  { primitives, random }: BraidDeps,
  { braid, epoch, header }: { readonly braid: Braid; readonly epoch: number; readonly header: Bytes },
): { readonly braid: Braid; readonly output: EpochSecret } {
  const made = primitives.mlKem768Parts.encapsulateFirst(random, header);
  const output = epochSecretOf(primitives, { epoch, shared: made.sharedSecret });
  const authenticator = updateAuthenticator(primitives, { authenticator: braid.authenticator, ...output });
  const state: BraidState = {
    kind: "first-sampled",
    epoch,
    header,
    secret: made.state.exposeSecretBytes().slice(),
    first: { message: made.first, nextIndex: 0 },
    vector: emptyCollection(braidLengths.vector),
  };
  made.state.destroy();
  return { braid: { authenticator, state }, output };
}

/** The secret of an epoch from what the KEM agreed on, which is destroyed. */
export function epochSecretOf(
  { hkdfSha256 }: BraidPrimitives,
  { epoch, shared }: { readonly epoch: number; readonly shared: SecretKey<"shared"> },
): EpochSecret {
  const info = concatBytes(labels.quantumSecret, encodeUint64(epoch));
  const secret = hkdfSha256({ salt: zeroSalt, secret: shared.exposeSecretBytes(), info, lengthBytes: 32 });
  shared.destroy();
  return { epoch, secret };
}
