/** The operations of a room (docs/protocol/rooms.md §5.1) as values. Version 1 is closed: there are these kinds and no other. */
import type { Bytes } from "@coterie/bytes";
import type { EpochLevel } from "../epochs/level-secret.ts";

/** What a member may do: write, or also change who is a member. */
export type MemberRole = "member" | "admin";

/** How much of what was written before its add a member may read. */
export type MemberHistory = "all" | "since-join" | "snapshot";

/** Up to where the blocks of a writer are accepted. `next`: the last accepted seq + 1, 0 for none. `hash`: of the last accepted block, zeros for none. */
export interface WriterCap {
  readonly writer: Bytes;
  readonly next: number;
  readonly hash: Bytes;
}

/** Makes `identity` a member. */
export interface AddOperation {
  readonly kind: "add";
  readonly identity: Bytes;
  readonly sealingKey: Bytes;
  readonly role: MemberRole;
  readonly history: MemberHistory;
}

/** Ends a membership. `caps`: ascending by writer. */
export interface RemoveOperation {
  readonly kind: "remove";
  readonly identity: Bytes;
  readonly caps: readonly WriterCap[];
}

/** Makes a member an admin, or an admin a member: then `caps` (ascending by writer) limit what it did as one. */
export interface RoleOperation {
  readonly kind: "role";
  readonly identity: Bytes;
  readonly role: MemberRole;
  readonly caps: readonly WriterCap[];
}

/** Certifies a writer key; `signature` is the identity's. */
export interface AddWriterOperation {
  readonly kind: "add-writer";
  readonly identity: Bytes;
  readonly writer: Bytes;
  readonly signature: Bytes;
}

/** Ends what one writer key may write. */
export interface RevokeWriterOperation {
  readonly kind: "revoke-writer";
  readonly cap: WriterCap;
}

/** Replaces a member's sealing key; `signature` is the identity's. */
export interface UpdateKeyOperation {
  readonly kind: "update-key";
  readonly identity: Bytes;
  readonly sealingKey: Bytes;
  readonly version: number;
  readonly signature: Bytes;
}

/** Who makes blocks final, in the order of their turns. */
export interface SetIndexersOperation {
  readonly kind: "set-indexers";
  readonly writers: readonly Bytes[];
}

/** Shows that a writer signed two blocks with one seq; `proof` as of @coterie/oplog. */
export interface ForkOperation {
  readonly kind: "fork";
  readonly proof: Bytes;
}

/** Who gets which level of a new epoch, by identity. */
export interface EpochRecipient {
  readonly identity: Bytes;
  readonly level: EpochLevel;
}

/** An earlier epoch's secrets under the new one's, 48 bytes each; `full` where the author knows S. */
export interface EpochWrap {
  readonly epochId: Bytes;
  readonly full: Bytes | undefined;
  readonly control: Bytes;
}

/** A new epoch (§6.3). `recipients` ascend by identity, `wraps` by epoch id. */
export interface RotateOperation {
  readonly kind: "rotate";
  readonly recipients: readonly EpochRecipient[];
  readonly wraps: readonly EpochWrap[];
}

/** A level of an epoch for one more member (§6.4). */
export interface GrantOperation {
  readonly kind: "grant";
  readonly epochId: Bytes;
  readonly identity: Bytes;
  readonly level: EpochLevel;
}

/** An indexer's vote for a checkpoint (§8.2). Of views, 32 zeros mean none. */
export interface VoteOperation {
  readonly kind: "vote";
  readonly era: number;
  readonly checkpoint: Bytes;
  readonly views: Bytes;
  readonly signature: Bytes;
}

/** One operation of a block. */
export type Operation =
  | AddOperation
  | RemoveOperation
  | RoleOperation
  | AddWriterOperation
  | RevokeWriterOperation
  | UpdateKeyOperation
  | SetIndexersOperation
  | ForkOperation
  | RotateOperation
  | GrantOperation
  | VoteOperation;

/** The kinds, each at the place of its number; 0 begins the padding. */
export const operationKinds: readonly [undefined, ...Operation["kind"][]] = [
  undefined,
  "add",
  "remove",
  "role",
  "add-writer",
  "revoke-writer",
  "update-key",
  "set-indexers",
  "fork",
  "rotate",
  "grant",
  "vote",
];

/** Roles, each at the place of its number. */
export const memberRoles: readonly MemberRole[] = ["member", "admin"];

/** Histories, each at the place of its number. */
export const memberHistories: readonly MemberHistory[] = ["all", "since-join", "snapshot"];

/** Whether a block with these operations is a control block: it holds any but votes. */
export function isControlBlock(operations: readonly Operation[]): boolean {
  return operations.some(({ kind }) => kind !== "vote");
}
