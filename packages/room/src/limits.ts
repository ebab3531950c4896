/** Every limit of this package. */
export const roomLimits = {
  /** Bytes of content in one block. */
  contentBytes: 1_048_576,
  /** Members of a room at one time. */
  members: 10_000,
} as const;
