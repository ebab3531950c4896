/**
 * Rooms: who is a member, which epoch's key a block is written with, and the views over the log. This file is the table of contents.
 */
export { MalformedRoomError, type RoomError } from "./errors.ts";
export { roomLimits } from "./limits.ts";
