/** The tables of mails as the query builder sees them (docs/protocol/mails.md §3). */
import type { Bytes } from "@coterie/bytes";

/** The kinds of mails. */
export type MailKind = "confirm-supporter" | "confirm-newsletter" | "thank-you" | "reminder";

/**
 * A mail's life: waiting for a confirmation, due, then closed: taken by the SMTP server, refused because of its address, given
 * up, or not needed any more.
 */
export type MailState = "waiting" | "due" | "sent" | "bounced" | "failed" | "cancelled";

/** What a token allows whoever holds it. */
export type TokenPurpose = "confirm-supporter" | "reject-supporter" | "confirm-newsletter" | "decline-newsletter";

/** What the lead of a campaign decides for all of its pages. */
export interface CampaignMailTable {
  readonly campaign_id: Bytes;
  readonly confirm_supporter: boolean;
  readonly confirm_newsletter: boolean;
}

/** What a page's organisation decides. A page without a row sends no mails. */
export interface PageMailTable {
  readonly page_id: Bytes;
  readonly confirm_supporter: boolean;
  readonly confirm_newsletter: boolean;
  readonly thank_you: boolean;
  readonly reminders: number;
  readonly reminder_after_ms: number;
}

/** An organisation's own words. */
export interface PageMailTextTable {
  readonly page_id: Bytes;
  readonly kind: MailKind;
  readonly subject: string;
  readonly intro: string;
}

/** An address and a first name, sealed to a mail key; deleted once nothing is due to it any more. */
export interface MailBoxTable {
  readonly action_id: Bytes;
  readonly key_id: Bytes;
  readonly sender_public_key: Bytes;
  readonly nonce: Bytes;
  readonly payload: Bytes;
  readonly stored_at_ms: number;
}

/** One mail of the outbox. */
export interface MailTable {
  readonly id: Bytes;
  readonly action_id: Bytes;
  readonly kind: MailKind;
  /** Only of "confirm-newsletter": whose. */
  readonly organisation_id: Bytes | null;
  /** Of reminders: 1, 2, 3. */
  readonly number: number;
  readonly state: MailState;
  readonly due_at_ms: number;
  readonly attempts: number;
  /** Until then, one gateway is sending it. */
  readonly lease_until_ms: number;
  readonly closed_at_ms: number | null;
}

/** SHA-256 of a token that was sent. With an outcome it was used, itself or another of the same decision. */
export interface MailTokenTable {
  readonly token_hash: Bytes;
  readonly action_id: Bytes;
  readonly purpose: TokenPurpose;
  readonly organisation_id: Bytes | null;
  readonly expires_at_ms: number;
  readonly outcome: "confirmed" | "rejected" | null;
}

/** Something that happened to a contact after it was taken in, numbered among its organisation's deliveries. */
export interface DeliveryEventTable {
  readonly organisation_id: Bytes;
  readonly delivery_sequence: number;
  readonly action_id: Bytes;
  readonly kind: string;
  readonly at_ms: number;
}
