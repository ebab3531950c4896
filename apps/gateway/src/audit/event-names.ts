/** What the audit log records (docs/protocol/audit.md §2). Both lists are closed: a new event is added to one of them. */

/** Events that the organisation's staff is told of, by mail and on its pages. */
export type NoticeEventName =
  | "authority-changed"
  | "key-activated"
  | "key-imported"
  | "key-in-use-changed"
  | "key-retired"
  | "key-revoked"
  | "notice-address-added"
  | "notice-address-confirmed"
  | "notice-address-removed"
  | "person-erased"
  | "retention-changed"
  | "token-made"
  | "token-revoked"
  | "webhook-changed"
  | "webhook-created"
  | "webhook-removed"
  | "webhook-suspended";

/** Events that are recorded and nothing more. */
export type QuietEventName =
  | "campaign-created"
  | "campaign-mails-changed"
  | "campaign-updated"
  | "comment-approved"
  | "comment-decision-undone"
  | "comment-rejected"
  | "contacts-pulled"
  | "contacts-rewrapped"
  | "key-log-published"
  | "organisation-created"
  | "organisation-updated"
  | "page-created"
  | "page-mails-changed"
  | "page-protection-changed"
  | "page-updated"
  | "partner-allowed"
  | "persons-expired"
  | "persons-looked-up"
  | "webhook-dead-letters-redriven"
  | "webhook-key-rotated";

/** The name of an event. */
export type AuditEventName = NoticeEventName | QuietEventName;
