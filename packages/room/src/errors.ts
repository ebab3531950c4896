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

/** All errors of this package, for an exhaustive `switch (error.code)`. */
export type RoomError = MalformedRoomError | ViewOutOfRangeError;
