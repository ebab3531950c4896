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
  deriveEpochId,
  deriveLevel,
  type EpochLevel,
  generateEpochSecret,
  type LevelSecret,
  levelOf,
  reachesLevel,
} from "./epochs/level-secret.ts";
export {
  InvalidRecipientsError,
  LevelTooLowError,
  MalformedRoomError,
  type RoomError,
  UnknownEpochError,
  UnreadableBlockError,
  UnreadableKeyringError,
  WrongEpochSecretError,
} from "./errors.ts";
export { roomLimits } from "./limits.ts";
