/** The step of sending one message in one session (docs/protocol/sessions.md §6.3). */
import { type Bytes, concatBytes } from "@coterie/bytes";
import { ChainExhaustedError, MessageTooLongError } from "../errors.ts";
import { sessionLimits } from "../limits.ts";
import { encodePrekeyMessage } from "../messages/prekey-message.ts";
import { encodeRatchetMessage, ratchetMessageMac } from "../messages/ratchet-message.ts";
import { sendQuantum } from "../post-quantum/quantum-ratchet.ts";
import { deriveMessageKeys, messageSeedOf, nextChain } from "../ratchet/message-keys.ts";
import type { SessionState } from "./session-state.ts";
import type { SessionDeps } from "./start-session.ts";

/** An encrypted message as it travels: its kind is a fact for routing, named beside it. */
export interface SessionMessage {
  /** A prekey message makes the session at the receiver; a ratchet message needs it. */
  readonly kind: "prekey" | "ratchet";
  readonly bytes: Bytes;
}

/** The state after sending, and what to send once that state is stored. */
export interface EncryptStep {
  readonly state: SessionState;
  readonly message: SessionMessage;
}

/** What is encrypted. `addresses`: 36 bytes that first messages carry between devices named by UUIDs. */
export interface EncryptInput {
  readonly state: SessionState;
  readonly plaintext: Uint8Array;
  readonly addresses?: Bytes | undefined;
}

/** @throws MessageTooLongError, ChainExhaustedError */
export function encryptStep(deps: SessionDeps, { state, plaintext, addresses }: EncryptInput): EncryptStep {
  if (plaintext.length > sessionLimits.plaintextBytes) throw new MessageTooLongError();
  const { primitives } = deps;
  const { chain, keyPair } = state.sender;
  if (chain.index >= sessionLimits.counter) throw new ChainExhaustedError();
  const quantum = sendQuantum(deps, state.quantum);
  const seed = messageSeedOf(primitives, chain);
  const keys = deriveMessageKeys(primitives, { seed, quantumKey: quantum.key });
  const authenticated = encodeRatchetMessage({
    ratchetKey: keyPair.publicKey,
    counter: chain.index,
    previousCounter: state.previousCounter,
    ciphertext: primitives.encryptAes256Cbc(keys.cipherKey, keys.iv, plaintext),
    quantum: quantum.message,
    addresses: state.unacknowledged === undefined ? undefined : addresses,
  });
  const mac = ratchetMessageMac(primitives, {
    macKey: keys.macKey,
    senderIdentity: state.localIdentity,
    recipientIdentity: state.remoteIdentity,
    authenticated,
  });
  for (const secret of [seed, quantum.key, keys.cipherKey, keys.macKey, keys.iv]) secret.fill(0);
  const next = { ...state, sender: { keyPair, chain: nextChain(primitives, chain) }, quantum: quantum.ratchet };
  return { state: next, message: wrap(state, concatBytes(authenticated, mac)) };
}

/** Until the peer answers, every message carries what starts the session: any one of them may be the first to arrive. */
function wrap(state: SessionState, message: Bytes): SessionMessage {
  const { unacknowledged, localRegistrationId, baseKey, localIdentity } = state;
  if (unacknowledged === undefined) return { kind: "ratchet", bytes: message };
  const bytes = encodePrekeyMessage({
    ...unacknowledged,
    registrationId: localRegistrationId,
    baseKey,
    identityKey: localIdentity,
    message,
  });
  return { kind: "prekey", bytes };
}
