/** The step of receiving one message in one session (docs/protocol/sessions.md §6.4). A step that fails leaves nothing behind. */
import { type Bytes, equalBytes } from "@coterie/bytes";
import { AuthenticationFailedError, InvalidPublicKeyError, type Primitives } from "@coterie/primitives";
import { MalformedMessageError } from "../errors.ts";
import { sessionLimits } from "../limits.ts";
import { type DecodedRatchetMessage, hasValidMac } from "../messages/ratchet-message.ts";
import { receiveQuantum } from "../post-quantum/quantum-ratchet.ts";
import { deriveMessageKeys } from "../ratchet/message-keys.ts";
import { takeSeed } from "../ratchet/receiving-chain.ts";
import { agreeRoot, generateRatchetKeyPair, type SessionDeps } from "./start-session.ts";
import type { ReceiverChain, SessionState } from "./session-state.ts";

/** How receiving ends. */
export type DecryptStep =
  | { readonly kind: "opened"; readonly state: SessionState; readonly plaintext: Bytes }
  /** It was opened before. */
  | { readonly kind: "duplicate" }
  /** Its key is gone, or so far ahead that something is wrong. */
  | { readonly kind: "out-of-sync"; readonly reason: "too-far-ahead" | "key-gone" }
  /** It is not what the peer sent in this session. */
  | { readonly kind: "tampered" };

/** What is opened. `addresses`: what a message that names addresses must name. */
export interface DecryptInput {
  readonly state: SessionState;
  readonly message: DecodedRatchetMessage;
  readonly addresses?: Bytes | undefined;
  /** How far ahead a message under a ratchet key that is not known may be; where it is left out, as far as the limit says. */
  readonly forwardJumps?: number;
}

/** Opens a message in the session that it belongs to. */
export function decryptStep(deps: SessionDeps, input: DecryptInput): DecryptStep {
  try {
    return openMessage(deps, input);
  } catch (error) {
    // Before the MAC, everything in a message may be the work of an attacker.
    if (
      error instanceof MalformedMessageError ||
      error instanceof InvalidPublicKeyError ||
      error instanceof AuthenticationFailedError
    ) {
      return { kind: "tampered" };
    }
    throw error;
  }
}

function openMessage(deps: SessionDeps, { state, message, addresses, ...limits }: DecryptInput): DecryptStep {
  const { primitives } = deps;
  const known = state.receivers.find(({ ratchetKey }) => equalBytes(ratchetKey, message.ratchetKey));
  const turn = known === undefined ? startReceiver(primitives, { state, ratchetKey: message.ratchetKey }) : undefined;
  const receiver = known ?? turn?.receiver;
  if (receiver === undefined) return { kind: "tampered" };
  const { forwardJumps = sessionLimits.forwardJumps } = known === undefined ? limits : {};
  const found = takeSeed(primitives, { receiving: receiver, index: message.counter, forwardJumps });
  if (found.kind !== "found") return known === undefined ? { kind: "tampered" } : found;
  const quantum = receiveQuantum(primitives, { ratchet: state.quantum, message: message.quantum, forwardJumps });
  // Only a ratchet key that is known says that this is the right session: of another one, the numbers mean nothing.
  if (quantum.kind === "tampered" || (quantum.kind !== "received" && known === undefined)) return { kind: "tampered" };
  if (quantum.kind === "too-far") return { kind: "out-of-sync", reason: "too-far-ahead" };
  // The seed was still there, so that nobody read the message: only its post-quantum epoch is forgotten.
  if (quantum.kind === "used") return { kind: "out-of-sync", reason: "key-gone" };

  const keys = deriveMessageKeys(primitives, { seed: found.seed, quantumKey: quantum.key });
  const isAuthentic = hasValidMac(primitives, {
    mac: message.mac,
    macKey: keys.macKey,
    senderIdentity: state.remoteIdentity,
    recipientIdentity: state.localIdentity,
    authenticated: message.authenticated,
  });
  if (!isAuthentic || !addressesMatch(message.addresses, addresses)) return { kind: "tampered" };
  const plaintext = primitives.decryptAes256Cbc(keys.cipherKey, keys.iv, message.ciphertext);
  for (const secret of [keys.cipherKey, keys.macKey, keys.iv]) secret.fill(0);

  const receivers = replaceReceiver(state.receivers, {
    before: known,
    after: { ratchetKey: receiver.ratchetKey, ...found.receiving },
  });
  const opened = { ...state, receivers, quantum: quantum.ratchet, unacknowledged: undefined };
  return { kind: "opened", plaintext, state: turn === undefined ? opened : startSender(deps, { state: opened, turn }) };
}

function addressesMatch(named: Bytes | undefined, expected: Bytes | undefined): boolean {
  return named === undefined || expected === undefined || equalBytes(named, expected);
}

/** The first half of a ratchet step: the chain of the peer's messages under its new key. */
interface Turn {
  readonly rootKey: Bytes;
  readonly receiver: ReceiverChain;
}

function startReceiver(
  primitives: Primitives,
  { state, ratchetKey }: { readonly state: SessionState; readonly ratchetKey: Bytes },
): Turn {
  const { rootKey, chain } = agreeRoot(primitives, {
    rootKey: state.rootKey,
    keyPair: state.sender.keyPair,
    remoteKey: ratchetKey,
  });
  return { rootKey, receiver: { ratchetKey, chain, skipped: [], forgottenBelow: 0 } };
}

/** The second half: a key of our own against it. Only for messages that proved authentic. */
function startSender(
  deps: SessionDeps,
  { state, turn }: { readonly state: SessionState; readonly turn: Turn },
): SessionState {
  const keyPair = generateRatchetKeyPair(deps);
  const { rootKey, receiver } = turn;
  const step = agreeRoot(deps.primitives, { rootKey, keyPair, remoteKey: receiver.ratchetKey });
  return {
    ...state,
    rootKey: step.rootKey,
    sender: { keyPair, chain: step.chain },
    previousCounter: Math.max(0, state.sender.chain.index - 1),
  };
}

function replaceReceiver(
  receivers: readonly ReceiverChain[],
  { before, after }: { readonly before: ReceiverChain | undefined; readonly after: ReceiverChain },
): readonly ReceiverChain[] {
  if (before === undefined) return [...receivers, after].slice(-sessionLimits.receiverChains);
  return receivers.map((receiver) => (receiver === before ? after : receiver));
}
