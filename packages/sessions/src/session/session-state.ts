/** One session with one device of a peer, as a value (docs/protocol/sessions.md §6). Steps make new states and change none. */
import type { Bytes } from "@coterie/bytes";
import type { QuantumRatchet } from "../post-quantum/quantum-ratchet.ts";
import type { Chain } from "../ratchet/message-keys.ts";
import type { ReceivingChain } from "../ratchet/receiving-chain.ts";

/** A key pair with its secret as 32 bytes, as records hold it. */
export interface RatchetKeyPair {
  readonly publicKey: Bytes;
  readonly secretKey: Bytes;
}

/** The chain of our messages, under our newest ratchet key. */
export interface SenderChain {
  readonly keyPair: RatchetKeyPair;
  readonly chain: Chain;
}

/** The chain of the peer's messages under one of its ratchet keys. */
export interface ReceiverChain extends ReceivingChain {
  readonly ratchetKey: Bytes;
}

/** What first messages repeat until the peer answers. */
export interface UnacknowledgedPrekeys {
  readonly oneTimePrekeyId: number | undefined;
  readonly signedPrekeyId: number;
  readonly kemPrekeyId: number;
  readonly kemCiphertext: Bytes;
  readonly createdAtMs: number;
}

/** The state of one session. Keys are 32 bytes, without their type byte. */
export interface SessionState {
  readonly localIdentity: Bytes;
  readonly remoteIdentity: Bytes;
  readonly localRegistrationId: number;
  readonly remoteRegistrationId: number;
  /** The initiator's base key names the session on both sides. */
  readonly baseKey: Bytes;
  readonly rootKey: Bytes;
  readonly sender: SenderChain;
  /** The oldest first. */
  readonly receivers: readonly ReceiverChain[];
  /** How many messages our chain before this one had. */
  readonly previousCounter: number;
  /** Undefined once the peer answered, and for the responder. */
  readonly unacknowledged: UnacknowledgedPrekeys | undefined;
  readonly quantum: QuantumRatchet;
}

/** All sessions with one device of a peer: the one that sends, and older ones whose messages may still come, newest first. */
export interface SessionRecord {
  readonly current: SessionState | undefined;
  readonly archived: readonly SessionState[];
}

/** Nothing agreed yet. */
export const emptyRecord: SessionRecord = { current: undefined, archived: [] };
