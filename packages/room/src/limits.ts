/** Every limit of this package. */
export const roomLimits = {
  /** Bytes of content in one block. */
  contentBytes: 1_048_576,
  /** Values of one block. */
  valuesPerBlock: 65_536,
  /** Members of a room at one time. */
  members: 10_000,
  /** Operations of one block: a thousand members added at once, with room. */
  operationsPerBlock: 4_096,
  /** Writers that one removal names: all that a member ever had. */
  capsPerOperation: 1_024,
  /** Indexers at one time. */
  indexers: 64,
  /** Epochs that one rotation wraps. */
  wrapsPerRotate: 1_024,
  /** Entries of one sealing: every member of the largest room. */
  sealedEntries: 10_000,
  /** Sealings of one block: its rotation, and grants of earlier epochs. */
  sealingsPerBlock: 1_024,
  /** Keys of (epoch, writer) kept ready: about a megabyte. */
  cachedBlockKeys: 2_048,
  /** Longest fork proof, in bytes; they have about 450. */
  forkProofBytes: 1_024,
  /** Votes of one indexer for one era that are kept until they are counted. */
  votesPerVoter: 2,
  /** Changes of the indexers in the life of a room. */
  erasPerChain: 65_536,
  /** Bytes of a checkpoint's state, and of a keyring: a thousand rotations among a thousand members take 40 million, and others may write as much. */
  stateBytes: 1_073_741_824,
  /** Bytes of one piece of state as the storage gets it; what is longer is cut. */
  statePieceBytes: 8_388_608,
  /** Bytes of a snapshot that are encrypted as one chunk. */
  chunkBytes: 1_048_576,
  /** Views of one room. */
  views: 64,
  /** Most final blocks from one checkpoint to the next. */
  checkpointInterval: 4_294_967_295,
} as const;
