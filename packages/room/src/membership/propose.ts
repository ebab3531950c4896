/**
 * Operations that will be authorised (docs/protocol/rooms.md §5.1): asked before a block is written, by M of its past, and refused with an
 * error that says why. A room that everybody could lock themselves out of is prevented here, not by the rules: two admins may still leave
 * at the same time.
 */
import { type Bytes, equalBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import {
  AlreadyAMemberError,
  AlreadyAWriterError,
  AlreadyInRoleError,
  InvalidIndexersError,
  LastAdminError,
  LastIndexerError,
  NotAMemberError,
  NotAnAdminError,
  NotAWriterError,
  TooManyMembersError,
} from "../errors.ts";
import { roomLimits } from "../limits.ts";
import { keyMessage, writerMessage } from "./authorise.ts";
import { compareKeys } from "./compare-keys.ts";
import type { Member, Membership } from "./membership.ts";
import type {
  AddOperation,
  AddWriterOperation,
  MemberRole,
  RemoveOperation,
  RevokeWriterOperation,
  RoleOperation,
  SetIndexersOperation,
  UpdateKeyOperation,
  WriterCap,
} from "./operation.ts";

/** Who proposes, and what it knows. */
export interface Proposer {
  /** M of the past of the block that is to be written. */
  readonly membership: Membership;
  /** The identity of the author. */
  readonly author: Bytes;
}

/** The last block of a writer in the past of the block that is to be written; undefined where there is none. */
export type FindHead = (writer: Bytes) => { readonly seq: number; readonly hash: Bytes } | undefined;

/** Signs with an identity key: 64 bytes over `message`. */
export type SignAsIdentity = (message: Bytes) => Bytes;

/**
 * Makes somebody a member.
 * @throws NotAnAdminError, AlreadyAMemberError, TooManyMembersError, InvalidPublicKeyError for a sealing key that must not be used
 */
export function proposeAdd(
  { primitives }: { readonly primitives: Pick<Primitives, "checkAgreementPublicKey"> },
  { membership, author, add }: Proposer & { readonly add: Omit<AddOperation, "kind"> },
): AddOperation {
  requireAdmin({ membership, author });
  primitives.checkAgreementPublicKey(add.sealingKey);
  if (membership.isSure(add.identity)) throw new AlreadyAMemberError();
  const isNew = membership.find(add.identity) === undefined;
  if (isNew && membership.members.length >= roomLimits.members) throw new TooManyMembersError();
  return { kind: "add", ...add };
}

/**
 * Ends a membership, the author's own as well.
 * @throws NotAMemberError, NotAnAdminError, LastAdminError, LastIndexerError
 */
export function proposeRemoval({ membership, author, identity, findHead }: Proposer & Target): RemoveOperation {
  const target = requireMember(membership, identity);
  if (!equalBytes(identity, author)) requireAdmin({ membership, author });
  else requireAnotherAdmin(membership, target);
  requireAnotherIndexer(membership, membership.writersOf(identity));
  return { kind: "remove", identity, caps: capsOf(membership, { identity, findHead }) };
}

/**
 * Makes a member an admin, or an admin a member.
 * @throws NotAMemberError, NotAnAdminError, AlreadyInRoleError, LastAdminError
 */
export function proposeRole({
  membership,
  author,
  identity,
  role,
  findHead,
}: Proposer & Target & { readonly role: MemberRole }): RoleOperation {
  const target = requireMember(membership, identity);
  requireAdmin({ membership, author });
  if (target.role === role) throw new AlreadyInRoleError();
  if (role === "admin") return { kind: "role", identity, role, caps: [] };
  if (equalBytes(identity, author)) requireAnotherAdmin(membership, target);
  return { kind: "role", identity, role, caps: capsOf(membership, { identity, findHead }) };
}

/**
 * Stops one writer of the author, or as an admin of anybody.
 * @throws NotAWriterError, NotAnAdminError, LastIndexerError
 */
export function proposeRevocation({
  membership,
  author,
  writer,
  findHead,
}: Proposer & { readonly writer: Bytes; readonly findHead: FindHead }): RevokeWriterOperation {
  const owner = membership.findAuthor(writer, Number.POSITIVE_INFINITY);
  if (owner === undefined) throw new NotAWriterError();
  if (!equalBytes(owner.identity, author)) requireAdmin({ membership, author });
  requireAnotherIndexer(membership, [writer]);
  return { kind: "revoke-writer", cap: capOf(writer, findHead) };
}

/**
 * Sets who makes blocks final.
 * @throws NotAnAdminError, NotAWriterError, InvalidIndexersError
 */
export function proposeIndexers({
  membership,
  author,
  writers,
}: Proposer & { readonly writers: readonly Bytes[] }): SetIndexersOperation {
  requireAdmin({ membership, author });
  const sorted = writers.toSorted(compareKeys);
  const isTwice = sorted.some((writer, index) => index > 0 && compareKeys(sorted[index - 1] ?? writer, writer) === 0);
  if (writers.length === 0 || writers.length > roomLimits.indexers || isTwice) throw new InvalidIndexersError();
  if (!writers.every((writer) => membership.isValidWriter(writer))) throw new NotAWriterError();
  return { kind: "set-indexers", writers };
}

/**
 * Replaces the author's sealing key.
 * @throws NotAMemberError, InvalidPublicKeyError for a key that must not be used
 */
export function proposeKeyUpdate(
  { primitives }: { readonly primitives: Pick<Primitives, "checkAgreementPublicKey"> },
  { membership, author, logId, sealingKey, sign }: Proposer & Signing & { readonly sealingKey: Bytes },
): UpdateKeyOperation {
  const version = requireMember(membership, author).keyVersion + 1;
  primitives.checkAgreementPublicKey(sealingKey);
  const signature = sign(keyMessage(logId, { version, sealingKey }));
  return { kind: "update-key", identity: author, sealingKey, version, signature };
}

/**
 * Certifies a new writer of the author: the first operation of that writer's first block.
 * @throws NotAMemberError, AlreadyAWriterError
 */
export function certifyWriter({
  membership,
  author,
  logId,
  writer,
  sign,
}: Proposer & Signing & { readonly writer: Bytes }): AddWriterOperation {
  requireMember(membership, author);
  if (membership.isKnownWriter(writer)) throw new AlreadyAWriterError();
  return { kind: "add-writer", identity: author, writer, signature: sign(writerMessage(logId, writer)) };
}

interface Target {
  readonly identity: Bytes;
  readonly findHead: FindHead;
}

interface Signing {
  /** 32 bytes. */
  readonly logId: Bytes;
  readonly sign: SignAsIdentity;
}

function requireMember(membership: Membership, identity: Bytes): Member {
  const member = membership.find(identity);
  if (member === undefined) throw new NotAMemberError();
  return member;
}

function requireAdmin({ membership, author }: Proposer): void {
  if (membership.find(author)?.role !== "admin") throw new NotAnAdminError();
}

/** An admin in doubt may turn out to be none. */
function requireAnotherAdmin(membership: Membership, { index, role }: Member): void {
  if (role !== "admin") return;
  const isOther = (other: Member): boolean => other.index !== index && other.role === "admin";
  if (!membership.sureMembers.some(isOther)) throw new LastAdminError();
}

function requireAnotherIndexer(membership: Membership, stopped: readonly Bytes[]): void {
  const isStopped = (indexer: Bytes): boolean => stopped.some((writer) => equalBytes(writer, indexer));
  if (membership.indexers.every(isStopped)) throw new LastIndexerError();
}

/**
 * All writers that somebody ever had: what is not named counts as never accepted. Who made more of them than there is room for loses what the
 * operation's block does not link to; what stands in its past is accepted, named or not.
 */
function capsOf(membership: Membership, { identity, findHead }: Target): readonly WriterCap[] {
  const writers = membership.writersOf(identity).slice(0, roomLimits.capsPerOperation);
  const caps = writers.map((writer) => capOf(writer, findHead));
  return caps.sort((a, b) => compareKeys(a.writer, b.writer));
}

function capOf(writer: Bytes, findHead: FindHead): WriterCap {
  const head = findHead(writer);
  return head === undefined
    ? { writer, next: 0, hash: new Uint8Array(32) }
    : { writer, next: head.seq + 1, hash: head.hash };
}
