/** Sender keys as values (docs/protocol/sessions.md §12). Steps make new states and change none. */
import type { Bytes } from "@coterie/bytes";
import type { ReceivingChain } from "../ratchet/receiving-chain.ts";

/** One version of somebody's key in a group. */
export interface SenderKeyState extends ReceivingChain {
  /** 31 bits, drawn by the sender. */
  readonly chainId: number;
  /** 32 bytes. */
  readonly signingKey: Bytes;
  /** 32 bytes; only the sender has it. */
  readonly signingSecret: Bytes | undefined;
}

/** All versions that are kept of one sender's key in one distribution, the newest first. */
export interface SenderKeyRecord {
  /** 16 bytes of a UUID. */
  readonly distributionId: Bytes;
  readonly states: readonly SenderKeyState[];
}
