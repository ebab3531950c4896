/**
 * Encrypted logs that many write: signed and linked blocks, their causal order, finality, storage and sync. Holds no key: what is inside of a
 * block, a port opens. This file is the table of contents.
 */
export { type BlockIndex, Dag, type NewBlock } from "./dag/dag.ts";
export {
  AbortedError,
  BlockNotAddableError,
  BlockOutOfTurnError,
  ForkProofError,
  IntakeBusyError,
  InvalidLinearizerInputError,
  MalformedBlockError,
  MalformedMessageError,
  type OplogError,
  PositionDroppedError,
  PositionTakenError,
  RelayBusyError,
  RelayUnavailableError,
  StateDamagedError,
  StoreClosedError,
  StoreDamagedError,
  StoreFailedError,
  StoreFullError,
  StoreLimitError,
  StoreLockedError,
  SyncStateError,
  UnknownLogError,
  UnknownPositionError,
} from "./errors.ts";
export { ByteReader } from "./format/byte-reader.ts";
export { ByteWriter, encodeVarint, varintLength } from "./format/byte-writer.ts";
export { compareBytes } from "./format/compare-bytes.ts";
export {
  type ControlPrefix,
  type DecodedControl,
  decodeControlPrefix,
  encodeControlPrefix,
} from "./format/control-prefix.ts";
export {
  createEnvelope,
  decodeEnvelope,
  decodeUnhashedEnvelope,
  type Envelope,
  type EnvelopeParts,
  type Signer,
  type UnhashedEnvelope,
  verifyEnvelope,
} from "./format/envelope.ts";
export { createForkProof, type ForkEvidence, type ProvenFork, verifyForkProof } from "./format/fork-proof.ts";
export { type BlockHeader, blockFlags, encodeHeader } from "./format/header.ts";
export type { AdmittedBlock, BlockOpener, IntakeHost, OpenOutcome, PlacedEnvelope } from "./intake/block-opener.ts";
export { Intake, type IntakeDeps, type IntakeLimits } from "./intake/intake.ts";
export type {
  BlockRefusal,
  BlockRefusalCause,
  BlockRefusalReason,
  Fork,
  IntakeResult,
  WaitingBlocks,
} from "./intake/intake-result.ts";
export { oplogLimits } from "./limits.ts";
export { type FinalityMode, quorumOf } from "./linearizer/finality-mode.ts";
export { createLinearizer } from "./linearizer/linearizer.ts";
export type { Linearizer, LinearizerInput } from "./linearizer/linearizer-interface.ts";
export type { OrderedDag } from "./linearizer/ordered-dag.ts";
export type { Commit, EraStart, OnCommit, Segment } from "./linearizer/segment.ts";
export type { Disk, DiskFile } from "./storage/disk.ts";
export type { LogStore, OpenedLogStore, PositionRange, StateChanges, StoreRecovery } from "./storage/log-store.ts";
export { createMemoryLogStore, type MemoryLogStore } from "./storage/memory-log-store.ts";
export type { SegmentDeps } from "./storage/segment.ts";
export { openSegmentLogStore, type SegmentLogStoreOptions } from "./storage/segment-log-store.ts";
export type { AbortSignalLike, CallOptions } from "./sync/abort.ts";
export { type BlockSource, createBlockReader, type ReadLog } from "./sync/block-reader.ts";
export { ChainIndex, type ChainPlace, compareHeads, type IndexedBlock } from "./sync/chain-index.ts";
export { type LogAccess, MemoryRelay, type MemoryRelayDeps, type RelayQuotas } from "./sync/memory-relay.ts";
export {
  decodeAnswer,
  decodeNews,
  encodeAnswer,
  encodeNews,
  type RelayAnswer,
  type RelayAnswerFrame,
  type RelayErrorCode,
  type RelayNews,
} from "./sync/messages/answer.ts";
export { decodeRequest, encodeRequest, type RelayRequest, type RelayRequestFrame } from "./sync/messages/request.ts";
export type {
  AppendChoice,
  AppendInput,
  AppendOutcome,
  AppendRefusal,
  BlockReader,
  ChunkOutcome,
  HeadsPage,
  Relay,
  RelayHost,
  RelayPage,
  WriterHead,
} from "./sync/relay.ts";
export {
  createRemoteRelay,
  type RelayTransport,
  type RemoteRelayDeps,
  type RemoteRelayInput,
} from "./sync/remote-relay.ts";
export { type Deadline, type Scheduler, withDeadline } from "./sync/scheduler.ts";
export { type RelayServer, type RelayServerInput, serveRelay } from "./sync/serve-relay.ts";
export { createSingleLogHost, createStoreRelay, type StoreRelayInput } from "./sync/store-relay.ts";
export { type Misbehaviour, type SyncAlarm } from "./sync/syncer/alarms.ts";
export {
  type OwnHeadAhead,
  syncDefaults,
  type SyncDeps,
  type SyncOptions,
} from "./sync/syncer/sync-context.ts";
export type { ForkedBlocks, LostWriter, ReceiveResult, SyncHost } from "./sync/syncer/sync-host.ts";
export { startSyncLoop, type SyncLoop, type SyncLoopInput } from "./sync/syncer/sync-loop.ts";
export {
  type NamedRelay,
  type RelayReport,
  type StepOptions,
  Syncer,
  type SyncerInput,
  type SyncReport,
} from "./sync/syncer/syncer.ts";
export type { TurnOutcome } from "./sync/syncer/relay-turn.ts";
