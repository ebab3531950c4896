/** What hosts see of a room's blocks and of what went wrong. */
import type { Bytes } from "@coterie/bytes";
import type { VoidReason } from "../epochs/read-rule.ts";

/** A block as views get it. Everything in it is the same for every member who may read it. */
export interface RoomBlock {
  /** 32 bytes: the block's name. */
  readonly hash: Bytes;
  /** The writer's key, 32 bytes: one installation of the author. */
  readonly writer: Bytes;
  /** The author's identity key, 32 bytes. */
  readonly author: Bytes;
  readonly seq: number;
  readonly lamport: number;
  /** What the author wrote, in its order. */
  readonly values: readonly Bytes[];
}

/** Something that no honest program does, or that a human should know. Nothing in it is secret. */
export type RoomAlarm =
  /** A block that may not stand by its own past: it is kept for the order, and nothing in it counts. */
  | {
      readonly kind: "void-block";
      readonly reason: VoidReason;
      readonly hash: Bytes;
      readonly writer: Bytes;
      readonly seq: number;
    }
  /** Bytes that are no block of this room, or build on such. */
  | { readonly kind: "refused-block"; readonly reason: string; readonly hash: Bytes | undefined }
  /** A writer signed two blocks in one place; the next block of an honest member shows it to all. */
  | { readonly kind: "fork"; readonly writer: Bytes; readonly seq: number }
  /** An epoch was not sealed to all whom it names, or wraps something false: nobody writes in it. */
  | { readonly kind: "incomplete-epoch"; readonly epochId: Bytes; readonly missing: readonly Bytes[] }
  /** What was granted to somebody in a block does not open to what it should; whoever can grants it again. */
  | { readonly kind: "false-grant"; readonly epochId: Bytes; readonly identity: Bytes; readonly hash: Bytes }
  /** Something false was sealed to this member. */
  | { readonly kind: "false-entry"; readonly epochId: Bytes }
  /** Indexers signed for an order that contradicts ours. */
  | { readonly kind: "conflicting-checkpoint"; readonly era: number; readonly writers: readonly Bytes[] };
