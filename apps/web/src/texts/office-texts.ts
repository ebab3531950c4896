/** Texts about notices, addresses and tokens. */

/** Texts of notices, addresses and tokens. */
export interface OfficeTexts {
  readonly introduction: string;
  readonly noticesTitle: string;
  readonly noticesHint: string;
  readonly noticesCount: (count: string) => string;
  readonly dismiss: (event: string) => string;
  readonly dismissShort: string;
  readonly dismissAll: string;
  readonly toAudit: string;
  readonly nameTitle: string;
  readonly title: string;
  readonly titleHint: string;
  readonly locale: string;
  readonly save: string;
  readonly saved: string;
  readonly undo: string;
  readonly addressesTitle: string;
  readonly addressesHint: string;
  readonly noAddresses: string;
  readonly cannotSend: string;
  readonly confirmed: string;
  readonly unconfirmed: string;
  readonly email: string;
  readonly add: string;
  readonly added: (email: string) => string;
  readonly removeAddress: (email: string) => string;
  readonly remove: string;
  readonly removedAddress: (email: string) => string;
  readonly addAgain: string;
  readonly tokensTitle: string;
  readonly tokensHint: string;
  readonly own: string;
  readonly since: (date: string) => string;
  readonly label: string;
  readonly make: string;
  readonly madeTitle: string;
  readonly made: string;
  readonly hide: string;
  readonly revoke: (label: string) => string;
  readonly revokeShort: string;
  readonly revokeSure: string;
  readonly revokeYes: string;
  readonly keep: string;
  readonly revoked: (label: string) => string;
  readonly lastToken: string;
}
