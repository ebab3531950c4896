/**
 * The tables as the query builder sees them; migrations/ holds the truth. No column holds personal data: what is not sealed
 * is routing, public keys, hashes and the clear part of an action.
 */
import type { Bytes } from "@coterie/bytes";
import type { Generated } from "kysely";
import type { CommentDecisionTable, PageProtectionTable } from "./abuse-schema.ts";
import type {
  AuditChainTable,
  AuditCountTable,
  AuditEventTable,
  AuditLogTable,
  NoticeAddressTable,
  NoticeDismissalTable,
  WatchedKeyTable,
} from "./audit-schema.ts";
import type { FingerprintTable, PageCountTable } from "./counting-schema.ts";
import type { KeyLogEntryTable, KeyLogTable, KeyWindowTable } from "./key-log-schema.ts";
import type {
  CampaignMailTable,
  DeliveryEventTable,
  MailBoxTable,
  MailTable,
  MailTokenTable,
  PageMailTable,
  PageMailTextTable,
} from "./mail-schema.ts";
import type { WebhookDeliveryTable, WebhookTable } from "./webhook-schema.ts";
import type { CampaignRetentionTable, ErasureKind, RightsRequestTable, RightsTokenTable } from "./rights-schema.ts";

/** All tables. */
export interface Database {
  readonly organisations: OrganisationTable;
  readonly organisation_tokens: OrganisationTokenTable;
  readonly public_keys: PublicKeyTable;
  readonly key_challenges: KeyChallengeTable;
  readonly key_logs: KeyLogTable;
  readonly key_log_entries: KeyLogEntryTable;
  readonly key_windows: KeyWindowTable;
  readonly deliveries: DeliveryTable;
  readonly campaigns: CampaignTable;
  readonly campaign_partners: CampaignPartnerTable;
  readonly campaign_counters: CampaignCounterTable;
  readonly action_pages: ActionPageTable;
  readonly actions: ActionTable;
  readonly contacts: ContactTable;
  readonly delivery_events: DeliveryEventTable;
  readonly campaign_mails: CampaignMailTable;
  readonly page_mails: PageMailTable;
  readonly page_mail_texts: PageMailTextTable;
  readonly mail_boxes: MailBoxTable;
  readonly mails: MailTable;
  readonly mail_tokens: MailTokenTable;
  readonly webhooks: WebhookTable;
  readonly webhook_deliveries: WebhookDeliveryTable;
  readonly campaign_retentions: CampaignRetentionTable;
  readonly rights_requests: RightsRequestTable;
  readonly rights_tokens: RightsTokenTable;
  readonly fingerprints: FingerprintTable;
  readonly page_counts: PageCountTable;
  readonly page_protections: PageProtectionTable;
  readonly comment_decisions: CommentDecisionTable;
  readonly audit_logs: AuditLogTable;
  readonly audit_events: AuditEventTable;
  readonly audit_chain: AuditChainTable;
  readonly audit_counts: AuditCountTable;
  readonly notice_addresses: NoticeAddressTable;
  readonly notice_dismissals: NoticeDismissalTable;
  readonly watched_keys: WatchedKeyTable;
}

/** One organisation; exactly one is the gateway's own. */
export interface OrganisationTable {
  readonly id: Bytes;
  readonly name: string;
  readonly title: string;
  readonly is_home: boolean;
  readonly created_at_ms: number;
  /** BCP 47: the language of what is written to its staff. */
  readonly locale: Generated<string>;
}

/** SHA-256 of a token that speaks for an organisation. */
export interface OrganisationTokenTable {
  readonly token_hash: Bytes;
  readonly organisation_id: Bytes;
  readonly created_at_ms: number;
  /** 16 random bytes that name the token without being it. */
  readonly token_id: Generated<Bytes>;
  /** Whose or what for, in the organisation's words. */
  readonly label: Generated<string>;
}

/** A key's life: imported, active, retired. At most one of an organisation's keys is active. */
export type StoredKeyState = "imported" | "active" | "retired";

/** A public key that contacts may be sealed to while it is active. */
export interface PublicKeyTable {
  /** 20 bytes, derived from `public`. Several organisations may name one key; at most one has shown that it opens. */
  readonly key_id: Bytes;
  readonly organisation_id: Bytes;
  readonly public: Bytes;
  readonly label: string;
  readonly state: StoredKeyState;
  readonly imported_at_ms: number;
  readonly activated_at_ms: number | null;
}

/** The one open challenge of a key: consumed by the first attempt. */
export interface KeyChallengeTable {
  readonly organisation_id: Bytes;
  readonly key_id: Bytes;
  readonly challenge_hash: Bytes;
  readonly expires_at_ms: number;
}

/** How far an organisation's contacts are numbered and acknowledged. The home organisation has no row and so no contacts. */
export interface DeliveryTable {
  readonly organisation_id: Bytes;
  readonly last_sequence: number;
  readonly acknowledged_sequence: number;
}

/** A campaign, led by one organisation. */
export interface CampaignTable {
  readonly id: Bytes;
  readonly name: string;
  readonly title: string;
  readonly lead_organisation_id: Bytes;
  readonly forces_delivery: boolean;
  readonly open: boolean;
  readonly form_schema: string;
  readonly created_at_ms: number;
  /** Null while it is open. */
  readonly closed_at_ms: number | null;
}

/** Organisations that the lead allows to run pages of its campaign. */
export interface CampaignPartnerTable {
  readonly campaign_id: Bytes;
  readonly organisation_id: Bytes;
}

/** Actions of a campaign, counted in the transaction that stores them. */
export interface CampaignCounterTable {
  readonly campaign_id: Bytes;
  readonly actions: number;
}

/** A form, run by one organisation. */
export interface ActionPageTable {
  readonly id: Bytes;
  readonly name: string;
  readonly campaign_id: Bytes;
  readonly organisation_id: Bytes;
  readonly locale: string;
  readonly sealing: StoredSealing;
  readonly delivers: boolean;
  readonly action_type: string;
  readonly required_fields: readonly string[];
  readonly description: string;
  readonly embed_origins: readonly string[];
  readonly created_at_ms: number;
}

/** Where a person's fields are sealed. */
export type StoredSealing = "gateway" | "browser";

/** One action, without its person. */
export interface ActionTable {
  readonly id: Bytes;
  readonly campaign_id: Bytes;
  readonly page_id: Bytes;
  readonly custom_fields: Readonly<Record<string, string>>;
  readonly tracking: Readonly<Record<string, string>>;
  readonly sealing: StoredSealing;
  readonly created_at_ms: number;
  /** HMAC of the request under a key outside the database: tells a repetition from another request with the same id. */
  readonly request_mac: Bytes;
  readonly state: ActionState;
  /** When the person confirmed by mail, where that was asked. */
  readonly confirmed_at_ms: number | null;
  /** When a mail to the person came back. */
  readonly mail_bounced_at_ms: number | null;
  /** From then on the row is a tombstone: it counts, and holds nothing of anybody. */
  readonly erased_at_ms: number | null;
  readonly erasure: ErasureKind | null;
  /** 0: counts. Otherwise the same person had signed in this campaign before (docs/protocol/counting.md §2). */
  readonly duplicate_rank: number;
}

/** Only accepted actions count and are delivered. Pending ones await confirmation by mail; lapsed ones were never confirmed. */
export type ActionState = "pending" | "accepted" | "rejected" | "lapsed";

/** Whether the person confirmed by mail that the organisation may write to them. */
export type ConsentConfirmationState = "not-asked" | "awaited" | "confirmed" | "declined";

/** What a person answered when asked to hear from an organisation (docs/protocol/actions.md §5): 1 yes, 0 no, 2 not asked. */
export type StoredOptIn = 0 | 1 | 2;

/** One sealed contact with its header and consent record (docs/protocol/actions.md §3 to §5). */
export interface ContactTable {
  readonly action_id: Bytes;
  readonly organisation_id: Bytes;
  readonly payload: Bytes;
  readonly nonce: Bytes;
  readonly key_id: Bytes;
  readonly sign_key: Bytes;
  readonly commitment: Bytes;
  readonly consent_purpose: string;
  readonly consent_opt_in: StoredOptIn;
  readonly consent_wording_id: string;
  readonly consent_wording_hash: Bytes;
  readonly consent_locale: string;
  readonly consent_given_at_ms: number;
  readonly header_signature: Bytes;
  /** 1, 2, 3 … for each organisation, visible in that order; null while the action is pending. */
  readonly delivery_sequence: number | null;
  readonly confirmation: ConsentConfirmationState;
  readonly confirmation_at_ms: number | null;
}
