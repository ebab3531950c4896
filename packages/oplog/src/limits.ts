/** Every limit of this package. */
export const oplogLimits = {
  /** Longest block as sent and stored, in bytes: 1 MiB of content with everything around it. */
  envelopeBytes: 1_114_112,
  /** Links of one block to heads of other writers. */
  linksPerBlock: 1_024,
  /** Largest number in a block: seq, lamport, commits, lengths. */
  number: 0xffff_ffff,
  /** Longest message between client and relay, in bytes. */
  messageBytes: 2_162_688,
  /** Blocks of one page, and of one call of `append`. */
  pageBlocks: 1_024,
  /** All blocks of one page together, in bytes, unless it is a single one. */
  pageBytes: 2_097_152,
  /** Hashes of one call of `find`. */
  hashesPerFind: 256,
  /** Heads of one page. */
  pageHeads: 1_024,
  /** Longest chunk of a snapshot: 1 MiB with what surrounds it. */
  chunkBytes: 1_049_600,
  /** Longest token of a relay. */
  tokenBytes: 64,
  /** Branches of one writer that a relay keeps beside its first chain. */
  branchesPerWriter: 8,
  /** Questions of one connection that a relay answers at once. */
  requestsAtOnce: 32,
  /** Heads of one log that a client takes from a relay: writers and their branches. */
  headsPerLog: 65_536,
  /** Missing blocks that a client asks relays for at a time. */
  wantedBlocks: 16_384,
  /** Relays that a device remembers the heads of. */
  rememberedRelays: 256,
  /** Logs that one connection is told news of. */
  subscriptions: 256,
  /** Blocks of one call of a store's `append`. */
  appendBlocks: 65_536,
  /** All blocks of one call of a store's `append` together, in bytes. */
  appendBytes: 8_388_608,
  /** What one page of blocks that are read from a store has at most, in bytes; a longer block comes alone. */
  storePageBytes: 4_194_304,
  /** One value of the state of a store, in bytes. */
  stateValueBytes: 16_777_216,
  /** Names in the state of one store. */
  stateKeys: 4_096,
  /** One name in the state of a store, in bytes of UTF-8. */
  stateKeyBytes: 256,
  /** Blocks that wait for others, for keys or for commits. */
  waitingBlocks: 32_768,
  /** The memory that waiting blocks take, by an estimate. */
  waitingBytes: 134_217_728,
  /** Blocks that were refused for ever, and are remembered. */
  refusedBlocks: 65_536,
} as const;
