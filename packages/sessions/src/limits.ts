/** Every limit of this package. Those of the protocol are Signal's (reference: signal.org's specifications). */
export const sessionLimits = {
  /** How far ahead of the expected number a message may be within one chain. */
  forwardJumps: 25_000,
  /** Keys of messages that were skipped, kept per receiving chain; the oldest go first. */
  skippedKeysPerChain: 2_000,
  /** Receiving chains kept per session; the oldest go first. */
  receiverChains: 5,
  /** Sessions kept besides the current one, for messages that are still under way. */
  archivedSessions: 40,
  /** Longest time that a session may send without any answer: after it, a new one is wanted. */
  unacknowledgedMs: 2_592_000_000,
  /** Longest plaintext, in bytes. */
  plaintextBytes: 262_144,
  /** Longest message, in bytes: the longest plaintext with everything around it. */
  messageBytes: 266_240,
  /** Largest number of a message within its chain. */
  counter: 0xffff_ffff,
  /** Chunks of one post-quantum message carry a 16-bit number. */
  chunkIndex: 0xffff,
  /** Versions of one sender key that are kept. */
  senderKeyStates: 5,
  /** Longest stored session record, in bytes. */
  recordBytes: 8_388_608,
  /** Smallest device number. */
  leastDeviceId: 1,
  /** Largest device number. */
  mostDeviceId: 127,
} as const;
