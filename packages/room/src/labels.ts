/**
 * The labels of this package (docs/protocol/rooms.md). Where a label begins what is hashed, signed or authenticated, a zero byte ends it; in
 * HKDF's info, which holds one label at its beginning, it stands without.
 */
import { type Bytes, encodeUtf8 } from "@coterie/bytes";

/** What each label keeps apart. */
export type RoomLabel =
  | "genesis"
  | "writer"
  | "key"
  | "epoch"
  | "control"
  | "content"
  | "levelSnapshot"
  | "levelRead"
  | "levelControl"
  | "contentKey"
  | "sivKey"
  | "controlKey"
  | "inbox"
  | "viewKey"
  | "chunkKey"
  | "stateKey"
  | "historyKey"
  | "controlHistoryKey"
  | "ephemeral"
  | "entry"
  | "dummy"
  | "grant"
  | "keyring"
  | "keyringNonce"
  | "epochSecret"
  | "deviceState"
  | "ownWriter"
  | "checkpoint"
  | "vote"
  | "chunk"
  | "manifest";

/** The label of each purpose. */
export const roomLabels: Readonly<Record<RoomLabel, Bytes>> = {
  // A field of the genesis, which has its length before it.
  genesis: encodeUtf8("coterie/room/genesis/1"),
  writer: encodeUtf8("coterie/room/writer/1\0"),
  key: encodeUtf8("coterie/room/key/1\0"),
  epoch: encodeUtf8("coterie/room/epoch/1\0"),
  control: encodeUtf8("coterie/room/control/1\0"),
  content: encodeUtf8("coterie/room/content/1\0"),
  levelSnapshot: encodeUtf8("coterie/room/level/snapshot/1"),
  levelRead: encodeUtf8("coterie/room/level/read/1"),
  levelControl: encodeUtf8("coterie/room/level/control/1"),
  contentKey: encodeUtf8("coterie/room/content-key/1"),
  sivKey: encodeUtf8("coterie/room/siv-key/1"),
  controlKey: encodeUtf8("coterie/room/control-key/1"),
  inbox: encodeUtf8("coterie/room/inbox/1"),
  viewKey: encodeUtf8("coterie/room/view-key/1"),
  chunkKey: encodeUtf8("coterie/room/chunk-key/1"),
  stateKey: encodeUtf8("coterie/room/state-key/1"),
  historyKey: encodeUtf8("coterie/room/history-key/1"),
  controlHistoryKey: encodeUtf8("coterie/room/control-history-key/1"),
  ephemeral: encodeUtf8("coterie/room/ephemeral/1"),
  entry: encodeUtf8("coterie/room/entry/1"),
  dummy: encodeUtf8("coterie/room/dummy/1"),
  grant: encodeUtf8("coterie/room/grant/1"),
  // A field, which has its length before it.
  keyring: encodeUtf8("coterie/room/keyring/1"),
  keyringNonce: encodeUtf8("coterie/room/keyring-nonce/1"),
  epochSecret: encodeUtf8("coterie/room/epoch-secret/1"),
  deviceState: encodeUtf8("coterie/room/device-state/1\0"),
  // A field, which has its length before it.
  ownWriter: encodeUtf8("coterie/room/own-writer/1"),
  // A field, which has its length before it.
  checkpoint: encodeUtf8("coterie/room/checkpoint/1"),
  vote: encodeUtf8("coterie/room/vote/1\0"),
  chunk: encodeUtf8("coterie/room/chunk/1\0"),
  // A field, which has its length before it.
  manifest: encodeUtf8("coterie/room/manifest/1"),
};
