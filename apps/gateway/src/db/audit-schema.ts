/** The tables of the audit log and of notices to staff as the query builder sees them (docs/protocol/audit.md). */
import type { Bytes } from "@coterie/bytes";
import type { Generated } from "kysely";

/** The one log of this database. */
export interface AuditLogTable {
  /** 16 random bytes: another database is another log. */
  readonly log_id: Bytes;
}

/** Who caused an event, as far as the gateway knows. */
export type AuditActorKind = "organisation" | "operator" | "gateway" | "public";

/** What happened. Only ever inserted; it is chained when its transaction commits. */
export interface AuditEventTable {
  readonly id: Generated<number>;
  /** Whose event it is; null where it concerns the whole gateway. */
  readonly organisation_id: Bytes | null;
  readonly actor: AuditActorKind;
  /** Which of the organisation's tokens; null where another actor, or not known. */
  readonly token_id: Bytes | null;
  readonly event: string;
  /** A public id, or empty. */
  readonly subject: string;
  /** Of events that count something; else 0. */
  readonly amount: number;
  readonly at_ms: number;
  /** 32 random bytes that keep the hash of an event from telling what it was. */
  readonly salt: Bytes;
}

/** The chain: written by the database itself, in the order of commits. */
export interface AuditChainTable {
  /** 1, 2, 3 … */
  readonly seq: number;
  readonly event_id: number;
  readonly organisation_id: Bytes | null;
  /** 1, 2, 3 … among the organisation's own events; 0 without an organisation. */
  readonly organisation_seq: number;
  readonly event_hash: Bytes;
  readonly hash: Bytes;
}

/** What is counted now and recorded at most once an hour. */
export interface AuditCountTable {
  readonly organisation_id: Bytes;
  readonly event: string;
  readonly token_id: Bytes | null;
  readonly recorded_at_ms: number;
  /** Counted since then. */
  readonly amount: number;
}

/** An address of an organisation's staff that is told of events. */
export interface NoticeAddressTable {
  readonly id: Bytes;
  readonly organisation_id: Bytes;
  /** Encrypted under a key outside the database (docs/protocol/vault.md §2). */
  readonly address: Bytes;
  readonly locale: string;
  readonly state: NoticeAddressState;
  /** The address that goes once this one is confirmed. */
  readonly replaces_id: Bytes | null;
  readonly created_at_ms: number;
  /** SHA-256 of the token in the confirmation mail. */
  readonly token_hash: Bytes | null;
  /** When an unconfirmed or removed one is deleted at the latest. */
  readonly expires_at_ms: number | null;
  /** The place in the audit log up to which it was told. */
  readonly told_seq: number;
  /** When the next mail may go out. */
  readonly due_at_ms: number;
  readonly attempts: Generated<number>;
  /** Until then, one gateway is writing to it. */
  readonly lease_until_ms: Generated<number>;
}

/** Unconfirmed ones are sent the confirmation and nothing else; removed ones are told of that, then deleted. */
export type NoticeAddressState = "unconfirmed" | "confirmed" | "removed";

/** A notice that one token does not show any more. */
export interface NoticeDismissalTable {
  readonly token_id: Bytes;
  readonly seq: number;
}

/** Which key was sealed to when that was looked at last, so that a change by any path is seen. */
export interface WatchedKeyTable {
  readonly organisation_id: Bytes;
  /** 20 bytes; null where none. */
  readonly key_id: Bytes | null;
}
