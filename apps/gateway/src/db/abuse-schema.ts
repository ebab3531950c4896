/** The tables of protection and moderation as the query builder sees them (docs/protocol/abuse.md). */
import type { Bytes } from "@coterie/bytes";

/** When a submission needs proof of work: "auto" only under load. */
export type ProofOfWorkMode = "off" | "on" | "auto";

/** A page that does not follow the operator's choice. */
export interface PageProtectionTable {
  readonly page_id: Bytes;
  readonly proof_of_work: ProofOfWorkMode;
}

/** A decision about the comment of an action. Without a row it awaits one. */
export interface CommentDecisionTable {
  readonly action_id: Bytes;
  readonly campaign_id: Bytes;
  readonly state: "approved" | "rejected";
  /** Whose staff decided. */
  readonly organisation_id: Bytes;
  readonly decided_at_ms: number;
}
