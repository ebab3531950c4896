/** Every limit of this package. */
export const oplogLimits = {
  /** Longest block as sent and stored, in bytes: 1 MiB of content with everything around it. */
  envelopeBytes: 1_114_112,
  /** Links of one block to heads of other writers. */
  linksPerBlock: 1_024,
  /** Largest number in a block: seq, lamport, commits, lengths. */
  number: 0xffff_ffff,
} as const;
