/**
 * Rooms: who is a member, which epoch's key a block is written with, and the views over the log. This file is the table of contents.
 */
export {
  type BlockCipherDeps,
  type BlockContents,
  type BlockPlace,
  decryptContent,
  decryptControl,
  encryptBlock,
  type EncryptedBlock,
  type EncryptedPart,
} from "./epochs/block-cipher.ts";
export type { BlockKeyPlace, BlockKeys } from "./epochs/block-keys.ts";
export {
  type DueGrant,
  type GrantTruth,
  type HeldLevels,
  levelOfHistory,
  levelOfPerson,
  type SealedMember,
} from "./epochs/due-grants.ts";
export type { EntryDeps } from "./epochs/entry-key.ts";
export {
  type EpochBlock,
  EpochFacts,
  type EpochSets,
  type MemberNumber,
  type SeenRotate,
} from "./epochs/epoch-facts.ts";
export { Keyring, type SeenRotation } from "./epochs/keyring.ts";
export type { DeviceKey } from "./epochs/keyring-record.ts";
export {
  deriveEpochId,
  deriveLevel,
  type EpochLevel,
  type LevelSecret,
  levelOf,
  reachesLevel,
} from "./epochs/level-secret.ts";
export {
  createGrant,
  createRotation,
  matchesSealings,
  type NewEpoch,
  type NewEpochDeps,
  type NewEpochInput,
  type NewGrant,
} from "./epochs/new-epoch.ts";
export {
  createSealingKeyHolder,
  type OpenedSealing,
  type OpenedSealings,
  openEntries,
  openSealings,
  openWithShared,
  type SealingKeyHolder,
  type SealingReader,
} from "./epochs/open-entries.ts";
export { decodePublicPart, encodePublicPart, type Sealing } from "./epochs/public-part.ts";
export { findVoidReason, type JudgedBlock, type ReadRuleDeps, type VoidReason } from "./epochs/read-rule.ts";
export { type AuthorView, type EpochMembership, SafeEpochs } from "./epochs/safe-epochs.ts";
export {
  type GrantSealing,
  type RotationSealing,
  sealGrant,
  type SealingRecipient,
  sealRotation,
  sealRotationInSteps,
} from "./epochs/seal-entries.ts";
export { type RotationVerdict, verifyGrant, verifyRotation } from "./epochs/verify-rotation.ts";
export {
  type WritePlan,
  WriteRule,
  type WriteRuleDeps,
  type WriterMembership,
  type WriterView,
} from "./epochs/write-rule.ts";
export { type HeldEpoch, unwrapEpoch, type WrapDeps, wrapEpoch, type WrapKind } from "./epochs/wraps.ts";
export {
  AlreadyAMemberError,
  AlreadyAWriterError,
  AlreadyInRoleError,
  ContentTooLargeError,
  ControlOrderError,
  DeviceStateDamagedError,
  InvalidIndexersError,
  InvalidRecipientsError,
  LastAdminError,
  LastIndexerError,
  LevelTooLowError,
  MalformedRoomError,
  NoRoomError,
  NotAMemberError,
  NotAnAdminError,
  NotAWriterError,
  NotEmptyError,
  RoomClosedError,
  type RoomError,
  RoomFailedError,
  TooManyMembersError,
  UnknownEpochError,
  UnknownViewError,
  UnreadableBlockError,
  UnreadableKeyringError,
  ViewOutOfRangeError,
  WrongEpochSecretError,
} from "./errors.ts";
export { roomLimits } from "./limits.ts";
export { type ControlSet, ControlSets } from "./membership/control-sets.ts";
export { type ControlBlock, comparePlaces, genesisId, type Place } from "./membership/control-record.ts";
export type { CutReason, PlacedBlock } from "./membership/cut-reason.ts";
export { decodeOperations } from "./membership/decode-operations.ts";
export { encodeOperations } from "./membership/encode-operations.ts";
export {
  createGenesis,
  decodeGenesis,
  deriveLogId,
  encodeGenesis,
  type Genesis,
  type GenesisInput,
  type RoomMode,
} from "./membership/genesis.ts";
export type { KeyIndex } from "./membership/key-index.ts";
export type { Member, Membership } from "./membership/membership.ts";
export {
  type AddedControl,
  type CommitInput,
  type DecidedCommit,
  type MembershipDeps,
  MembershipLog,
} from "./membership/membership-log.ts";
export {
  type AddOperation,
  type AddWriterOperation,
  type EpochRecipient,
  type EpochWrap,
  type ForkOperation,
  type GrantOperation,
  isControlBlock,
  type MemberHistory,
  type MemberRole,
  type Operation,
  type RemoveOperation,
  type RevokeWriterOperation,
  type RoleOperation,
  type RotateOperation,
  type SetIndexersOperation,
  type UpdateKeyOperation,
  type VoteOperation,
  type WriterCap,
} from "./membership/operation.ts";
export {
  certifyWriter,
  type FindHead,
  proposeAdd,
  proposeIndexers,
  proposeKeyUpdate,
  type Proposer,
  proposeRemoval,
  proposeRevocation,
  proposeRole,
  type SignAsIdentity,
} from "./membership/propose.ts";
export { BlockJudge, type BlockJudgeDeps, type BlockVerdict, type JudgedRoomBlock } from "./room/block-judge.ts";
export { joinFromSnapshot, type SnapshotInvitation } from "./room/join-snapshot.ts";
export { createRoom, joinRoom, type NewRoomInput, openRoom } from "./room/open-room.ts";
export { Room } from "./room/room.ts";
export type { RoomAlarm, RoomBlock } from "./room/room-block.ts";
export type { ProposeOperations, ReceivedBlocks, WrittenBlock } from "./room/room-calls.ts";
export { RoomLog, type RoomLogDeps } from "./room/room-log.ts";
export type { RoomDeps } from "./room/room-parts.ts";
export type { GetChunk, PutChunk } from "./room/snapshots.ts";
export type { ApplyBlocks, ViewDefinitions, ViewRoom } from "./room/room-views.ts";
export { type RoomOrder, ViewRunner, type ViewRunnerDeps } from "./views/view-runner.ts";
export type { ReadableView, WritableView } from "./views/view-state.ts";
