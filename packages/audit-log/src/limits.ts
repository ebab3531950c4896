/** The limits of this package (docs/protocol/audit.md §8). */

/** Limits, tested at limit and limit + 1. */
export const auditLogLimits: {
  readonly textLengthBytes: number;
  readonly headLengthBytes: number;
  readonly memoryLengthBytes: number;
} = {
  /** An event's name, actor or subject. */
  textLengthBytes: 128,
  /** A signed head as it is passed around. */
  headLengthBytes: 512,
  memoryLengthBytes: 1024,
};
