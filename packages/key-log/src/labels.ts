/**
 * The labels of this package: first field of everything that is signed, hashed or stored, so that bytes made for one
 * purpose are never valid for another (docs/protocol/key-log.md §2).
 */
export const keyLogLabels = {
  entry: "coterie/key-log/1",
  counterSignature: "coterie/key-log-counter-signature/1",
  forkProof: "coterie/key-log-fork/1",
  rememberedHead: "coterie/key-log-head/1",
} as const;
