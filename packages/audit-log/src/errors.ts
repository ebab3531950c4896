/**
 * Errors of this package: one class per stable code (docs/protocol/audit.md §6). All but the first say that the log is not what it
 * was, or that it is not this log. No message contains input.
 */
import { CoterieError } from "@coterie/bytes";
import type { SignedAuditHead } from "./audit-head.ts";

/** Bytes that are no head or memory, or an event with a member of another form. */
export class AuditMalformedError extends CoterieError {
  readonly code = "audit-log/malformed";
}

/** A head is not signed by the gateway that was pinned. */
export class AuditBadSignatureError extends CoterieError {
  readonly code = "audit-log/bad-signature";
  constructor() {
    super("the head of the audit log is not signed by this gateway");
  }
}

/** Another log than the one that was seen before: the database was made anew or swapped. */
export class AuditOtherLogError extends CoterieError {
  readonly code = "audit-log/other-log";
  constructor() {
    super("the audit log is another one than was seen before");
  }
}

/** The log is shorter than one that was seen before: events were removed from its end, or an old copy was restored. */
export class AuditRolledBackError extends CoterieError {
  readonly code = "audit-log/rolled-back";
  constructor() {
    super("the audit log is shorter than one that was seen before");
  }
}

/** The log holds something else where a head was seen before: edited, reordered, removed within, or continued from an old copy. */
export class AuditForkedError extends CoterieError {
  readonly code = "audit-log/forked";
  /** The head that the log no longer leads through, and the new one: both signed by the gateway. */
  readonly heads: readonly [SignedAuditHead, SignedAuditHead];
  constructor(heads: readonly [SignedAuditHead, SignedAuditHead]) {
    super("the audit log differs from one that was seen before");
    this.heads = heads;
  }
}

/** The links do not lead to the signed head. */
export class AuditBrokenChainError extends CoterieError {
  readonly code = "audit-log/broken-chain";
  constructor() {
    super("the links of the audit log do not lead to its head");
  }
}

/** An event of the organisation is not the one that the chain holds. */
export class AuditEventChangedError extends CoterieError {
  readonly code = "audit-log/event-changed";
  readonly seq: number;
  constructor(seq: number) {
    super("an event of the audit log is not the one that was recorded");
    this.seq = seq;
  }
}

/** Events of the organisation are withheld: their numbers have a gap, or some that were shown before are not shown any more. */
export class AuditEventMissingError extends CoterieError {
  readonly code = "audit-log/event-missing";
  constructor() {
    super("an event of the organisation is missing from the audit log");
  }
}

/** All errors of this package, for an exhaustive `switch (error.code)`. */
export type AuditLogError =
  | AuditMalformedError
  | AuditBadSignatureError
  | AuditOtherLogError
  | AuditRolledBackError
  | AuditForkedError
  | AuditBrokenChainError
  | AuditEventChangedError
  | AuditEventMissingError;
