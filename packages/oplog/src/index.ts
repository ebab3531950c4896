/**
 * Encrypted logs that many write: signed and linked blocks, their causal order, finality, storage and sync. Holds no key: what is inside of a
 * block, a port opens. This file is the table of contents.
 */
export { type BlockIndex, Dag, type NewBlock } from "./dag/dag.ts";
export {
  BlockNotAddableError,
  ForkProofError,
  MalformedBlockError,
  type OplogError,
  PositionDroppedError,
  PositionTakenError,
  StateDamagedError,
  StoreClosedError,
  StoreDamagedError,
  StoreFailedError,
  StoreFullError,
  StoreLimitError,
  StoreLockedError,
} from "./errors.ts";
export { ByteReader } from "./format/byte-reader.ts";
export { ByteWriter, encodeVarint, varintLength } from "./format/byte-writer.ts";
export {
  type ControlPrefix,
  type DecodedControl,
  decodeControlPrefix,
  encodeControlPrefix,
} from "./format/control-prefix.ts";
export {
  createEnvelope,
  decodeEnvelope,
  type Envelope,
  type EnvelopeParts,
  type Signer,
  verifyEnvelope,
} from "./format/envelope.ts";
export { createForkProof, type ProvenFork, verifyForkProof } from "./format/fork-proof.ts";
export { type BlockHeader, blockFlags, encodeHeader } from "./format/header.ts";
export { oplogLimits } from "./limits.ts";
export type { LogStore, OpenedLogStore, PositionRange, StateChanges, StoreRecovery } from "./storage/log-store.ts";
export { createMemoryLogStore, type MemoryLogStore } from "./storage/memory-log-store.ts";
