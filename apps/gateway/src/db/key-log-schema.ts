/** The tables of key logs as the query builder sees them. */
import type { Bytes } from "@coterie/bytes";

/** An organisation that has a log. */
export interface KeyLogTable {
  readonly organisation_id: Bytes;
  /** 20 bytes. */
  readonly log_id: Bytes;
  readonly size: number;
}

/** One entry as its authority signed it. */
export interface KeyLogEntryTable {
  readonly organisation_id: Bytes;
  readonly seq: number;
  readonly entry: Bytes;
  readonly published_at_ms: number;
}

/** When a key of a log takes contacts, and whether new ones are sealed to it then. */
export interface KeyWindowTable {
  readonly organisation_id: Bytes;
  readonly key_id: Bytes;
  readonly from_ms: number;
  /** Not included. */
  readonly until_ms: number;
  readonly is_active: boolean;
}
