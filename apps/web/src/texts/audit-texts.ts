/** Texts about the audit log. */

/** Texts of the audit log. */
export interface AuditTexts {
  readonly introduction: string;
  readonly verify: string;
  readonly verifyHint: string;
  readonly loading: (done: string, total: string) => string;
  readonly checking: string;
  readonly cancel: string;
  readonly good: (total: string, own: string) => string;
  readonly first: (total: string, own: string) => string;
  readonly badTitle: string;
  readonly badRemedy: string;
  readonly startAnew: string;
  readonly startAnewHint: string;
  readonly problems: {
    readonly "other-log": string;
    readonly "rolled-back": string;
    readonly forked: string;
    readonly broken: string;
    readonly changed: string;
    readonly missing: string;
  };
  readonly entries: string;
  readonly when: string;
  readonly what: string;
  readonly who: string;
  readonly about: string;
  readonly none: string;
  readonly older: string;
  readonly actors: {
    readonly organisation: string;
    readonly operator: string;
    readonly gateway: string;
    readonly public: string;
  };
  readonly events: {
    readonly "authority-changed": string;
    readonly "key-activated": string;
    readonly "key-imported": string;
    readonly "key-in-use-changed": string;
    readonly "key-retired": string;
    readonly "key-revoked": string;
    readonly "notice-address-added": string;
    readonly "notice-address-confirmed": string;
    readonly "notice-address-removed": string;
    readonly "token-made": string;
    readonly "token-revoked": string;
    readonly "campaign-created": string;
    readonly "campaign-mails-changed": string;
    readonly "campaign-updated": string;
    readonly "contacts-pulled": string;
    readonly "contacts-rewrapped": string;
    readonly "key-log-published": string;
    readonly "organisation-created": string;
    readonly "organisation-updated": string;
    readonly "page-created": string;
    readonly "page-mails-changed": string;
    readonly "page-updated": string;
    readonly "partner-allowed": string;
    readonly "person-erased": string;
    readonly "persons-expired": string;
    readonly "persons-looked-up": string;
    readonly "comment-approved": string;
    readonly "comment-rejected": string;
    readonly "comment-decision-undone": string;
    readonly "page-protection-changed": string;
    readonly "webhook-created": string;
    readonly "webhook-changed": string;
    readonly "webhook-removed": string;
    readonly "webhook-suspended": string;
    readonly "webhook-dead-letters-redriven": string;
    readonly "webhook-key-rotated": string;
    readonly "retention-changed": string;
  };
}
