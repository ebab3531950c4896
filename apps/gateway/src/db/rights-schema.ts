/** The tables of rights and retention as the query builder sees them (docs/protocol/rights.md §7). */
import type { Bytes } from "@coterie/bytes";

/** Why a person is gone: somebody asked, or the campaign's time is over. */
export type ErasureKind = "erased" | "expired";

/** How long after its end a campaign keeps its persons. A campaign without a row keeps them. */
export interface CampaignRetentionTable {
  readonly campaign_id: Bytes;
  readonly days: number;
  readonly set_at_ms: number;
}

/** A person's question, until its mail is sent: the address, sealed to a mail key. */
export interface RightsRequestTable {
  readonly id: Bytes;
  readonly key_id: Bytes;
  readonly sender_public_key: Bytes;
  readonly nonce: Bytes;
  readonly payload: Bytes;
  readonly locale: string;
  readonly created_at_ms: number;
  readonly due_at_ms: number;
}

/** SHA-256 of a token that was sent, and which actions it shows and erases. */
export interface RightsTokenTable {
  readonly token_hash: Bytes;
  readonly action_ids: readonly Bytes[];
  readonly locale: string;
  readonly expires_at_ms: number;
  /** Set once: the token erased. */
  readonly used_at_ms: number | null;
}
