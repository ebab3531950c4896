/** Errors of this package: one class per stable code. No message contains input. */
import { CoterieError } from "@coterie/bytes";

/** Operations, a genesis or an invitation that do not have the one form that docs/protocol/rooms.md fixes. */
export class MalformedRoomError extends CoterieError {
  readonly code = "room/malformed";
}

/** A place in a view that is not there, or a moment that can no longer be gone back to. */
export class ViewOutOfRangeError extends CoterieError {
  readonly code = "room/view-out-of-range";
}

/** A block that does not open under its epoch's keys, or whose padding is not the one form. One message for every cause: it is no oracle. */
export class UnreadableBlockError extends CoterieError {
  readonly code = "room/unreadable-block";
  constructor() {
    super("the block was not made with the keys of its epoch, or was changed");
  }
}

/** What was asked for needs a stronger secret of the epoch than the one that is there. */
export class LevelTooLowError extends CoterieError {
  readonly code = "room/level-too-low";
  constructor() {
    super("the secret of the epoch does not reach that level");
  }
}

/** A secret that does not belong to the epoch's id. Nothing was learnt from it. */
export class WrongEpochSecretError extends CoterieError {
  readonly code = "room/wrong-epoch-secret";
  constructor() {
    super("the secret does not belong to the epoch");
  }
}

/** Recipients that cannot be sealed to: none, too many, or one identity twice. Nothing was sealed. */
export class InvalidRecipientsError extends CoterieError {
  readonly code = "room/invalid-recipients";
}

/** An epoch that is not known here. */
export class UnknownEpochError extends CoterieError {
  readonly code = "room/unknown-epoch";
  constructor() {
    super("the epoch is not known here");
  }
}

/** A stored keyring that does not open under this device key and log, or is of another version. */
export class UnreadableKeyringError extends CoterieError {
  readonly code = "room/unreadable-keyring";
  constructor() {
    super("the keyring is damaged, or belongs to another log or device");
  }
}

/** Values that do not fit into one block, or none at all. Nothing was written. */
export class ContentTooLargeError extends CoterieError {
  readonly code = "room/content-too-large";
}

/** What a device keeps of a room does not open under its key: changed, or of another room or device. */
export class DeviceStateDamagedError extends CoterieError {
  readonly code = "room/device-state-damaged";
  constructor() {
    super("what this device keeps of the room is damaged, or is another device's");
  }
}

/** Control blocks or commits that were told in another order than that of the log. */
export class ControlOrderError extends CoterieError {
  readonly code = "room/control-order";
}

/** This identity, or one that was named, is no member of the room by what this device knows. */
export class NotAMemberError extends CoterieError {
  readonly code = "room/not-a-member";
  constructor() {
    super("not a member of the room");
  }
}

/** The author has no right to what was proposed: it is no admin, and it is not about itself. */
export class NotAnAdminError extends CoterieError {
  readonly code = "room/not-an-admin";
  constructor() {
    super("only an admin may do that");
  }
}

/** Who was to be added is a member already, and nothing casts doubt on it. */
export class AlreadyAMemberError extends CoterieError {
  readonly code = "room/already-a-member";
  constructor() {
    super("the identity is a member already");
  }
}

/** A member was to get the role that it has. */
export class AlreadyInRoleError extends CoterieError {
  readonly code = "room/already-in-role";
  constructor() {
    super("the member has that role already");
  }
}

/** The only admin was to leave or to be one no more. Make somebody else an admin first. */
export class LastAdminError extends CoterieError {
  readonly code = "room/last-admin";
  constructor() {
    super("the last admin stays");
  }
}

/** No indexer would be left. Set another one first. */
export class LastIndexerError extends CoterieError {
  readonly code = "room/last-indexer";
  constructor() {
    super("the last indexer stays until there is another one");
  }
}

/** A list of indexers that is empty, too long, or names one twice. */
export class InvalidIndexersError extends CoterieError {
  readonly code = "room/invalid-indexers";
  constructor() {
    super("a room has 1 to 64 different indexers");
  }
}

/** More members than a room may have. */
export class TooManyMembersError extends CoterieError {
  readonly code = "room/too-many-members";
  constructor() {
    super("the room is full");
  }
}

/** The writer key is none that a member may write with. */
export class NotAWriterError extends CoterieError {
  readonly code = "room/not-a-writer";
  constructor() {
    super("no member writes with that key");
  }
}

/** The writer key is in use, or was. A new installation makes a new one. */
export class AlreadyAWriterError extends CoterieError {
  readonly code = "room/already-a-writer";
  constructor() {
    super("that writer key was used before");
  }
}

/** A view that was not defined when the room was opened. */
export class UnknownViewError extends CoterieError {
  readonly code = "room/unknown-view";
  constructor() {
    super("the room has no view of that name");
  }
}

/** The storage failed after blocks were taken in: what is in memory is ahead of it. Open the room again. */
export class RoomFailedError extends CoterieError {
  readonly code = "room/failed";
  constructor() {
    super("the room's storage failed: close and open the room again");
  }
}

/** The room was closed. */
export class RoomClosedError extends CoterieError {
  readonly code = "room/closed";
  constructor() {
    super("the room was closed");
  }
}

/** The storage holds no room of that id. */
export class NoRoomError extends CoterieError {
  readonly code = "room/no-room";
  constructor() {
    super("there is no such room in this storage");
  }
}

/** Blocks from before a checkpoint were dropped from this storage: what needs them is fetched anew by joining again. */
export class HistoryDroppedError extends CoterieError {
  readonly code = "room/history-dropped";
  constructor() {
    super("blocks from before the checkpoint are no longer in this storage");
  }
}

/** The storage holds a room already: one store, one room. */
export class NotEmptyError extends CoterieError {
  readonly code = "room/not-empty";
  constructor() {
    super("the storage holds a room already");
  }
}

/** A checkpoint that no quorum of the indexers signed, or parts that do not belong to the one they signed. Nothing was taken from it. */
export class ForgedCheckpointError extends CoterieError {
  readonly code = "room/forged-checkpoint";
  constructor() {
    super("the checkpoint is not signed by those who could");
  }
}

/** All errors of this package, for an exhaustive `switch (error.code)`. */
export type RoomError =
  | NotAnAdminError
  | AlreadyAMemberError
  | NotAMemberError
  | AlreadyInRoleError
  | LastAdminError
  | LastIndexerError
  | InvalidIndexersError
  | TooManyMembersError
  | NotAWriterError
  | AlreadyAWriterError
  | ControlOrderError
  | MalformedRoomError
  | ViewOutOfRangeError
  | UnreadableBlockError
  | LevelTooLowError
  | WrongEpochSecretError
  | InvalidRecipientsError
  | UnknownEpochError
  | UnreadableKeyringError
  | ContentTooLargeError
  | DeviceStateDamagedError
  | UnknownViewError
  | RoomFailedError
  | RoomClosedError
  | NoRoomError
  | NotEmptyError
  | ForgedCheckpointError
  | HistoryDroppedError;
