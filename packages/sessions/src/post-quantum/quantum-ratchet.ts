/**
 * The sparse post-quantum ratchet (docs/protocol/sessions.md §7): the braid agrees on secrets piece by piece, and each secret
 * starts chains that give every message one more key.
 */
import type { Bytes } from "@coterie/bytes";
import type { RandomSource } from "@coterie/primitives";
import { createAuthenticator } from "./authenticator.ts";
import { type Braid, type BraidPrimitives, createBraid, sendPiece } from "./braid.ts";
import {
  addQuantumEpoch,
  createQuantumChain,
  findReceivingKey,
  nextSendingKey,
  type QuantumChain,
  type Role,
} from "./quantum-chain.ts";
import { decodeQuantumMessage, encodeQuantumMessage } from "./quantum-message.ts";
import { receivePiece } from "./receive-piece.ts";

/** The state of one session. */
export interface QuantumRatchet {
  readonly braid: Braid;
  readonly chain: QuantumChain;
}

/** What sending gives: 32 bytes of key for the message that carries `message`. */
export interface QuantumSendStep {
  readonly ratchet: QuantumRatchet;
  readonly message: Bytes;
  readonly key: Bytes;
}

/** What receiving gives. */
export type QuantumReceiveStep =
  | { readonly kind: "received"; readonly ratchet: QuantumRatchet; readonly key: Bytes }
  | { readonly kind: "used" }
  | { readonly kind: "too-far" }
  | { readonly kind: "tampered" };

/** The ratchet of a new session, from the 32 bytes that the handshake gave for it. */
export function createQuantumRatchet(
  primitives: BraidPrimitives,
  { role, handshakeKey }: { readonly role: Role; readonly handshakeKey: Bytes },
): QuantumRatchet {
  return {
    braid: createBraid(role, createAuthenticator(primitives, handshakeKey)),
    chain: createQuantumChain(primitives, { role, handshakeKey }),
  };
}

/** The next message and its key. */
export function sendQuantum(
  deps: { readonly primitives: BraidPrimitives; readonly random: RandomSource },
  ratchet: QuantumRatchet,
): QuantumSendStep {
  const { braid, piece, output } = sendPiece(deps, ratchet.braid);
  const { primitives } = deps;
  const { chain } = ratchet;
  const extended = output === undefined ? chain : addQuantumEpoch(primitives, { chain, secret: output.secret });
  // The epoch before is the last one that the peer knows for certain.
  const step = nextSendingKey(primitives, { chain: extended, epoch: piece.epoch - 1 });
  return {
    ratchet: { braid, chain: step.chain },
    message: encodeQuantumMessage({ ...piece, index: step.index }),
    key: step.key,
  };
}

/**
 * Takes a message in. It is not authenticated yet: the step counts only once the MAC under its key was right.
 * @throws MalformedMessageError
 */
export function receiveQuantum(
  primitives: BraidPrimitives,
  {
    ratchet,
    message,
    forwardJumps,
  }: { readonly ratchet: QuantumRatchet; readonly message: Bytes; readonly forwardJumps: number },
): QuantumReceiveStep {
  const piece = decodeQuantumMessage(message);
  const received = receivePiece(primitives, { braid: ratchet.braid, piece });
  if (received.kind === "tampered") return received;
  const { braid, output } = received;
  const chain =
    output === undefined ? ratchet.chain : addQuantumEpoch(primitives, { chain: ratchet.chain, secret: output.secret });
  const found = findReceivingKey(primitives, { chain, epoch: piece.epoch - 1, index: piece.index, forwardJumps });
  switch (found.kind) {
    case "found":
      return { kind: "received", ratchet: { braid, chain: found.chain }, key: found.key };
    case "used":
    case "too-far":
      return { kind: found.kind };
    case "unknown-epoch":
      // A message of an epoch that is forgotten came too late; one of an epoch to come was never sent.
      return { kind: piece.epoch - 1 < (chain.epochs[0]?.epoch ?? 0) ? "used" : "tampered" };
  }
}
