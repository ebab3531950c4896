/** Texts about what persons may ask for, and retention. */

/** Texts of what persons may ask for, and retention. */
export interface RightsTexts {
  readonly introduction: string;
  readonly findTitle: string;
  readonly findHint: string;
  readonly email: string;
  readonly find: string;
  readonly none: string;
  readonly found: (count: string) => string;
  readonly campaign: string;
  readonly page: string;
  readonly signed: string;
  readonly consent: string;
  readonly optIns: {
    readonly yes: string;
    readonly no: string;
    readonly "not-asked": string;
  };
  readonly confirmations: {
    readonly awaited: string;
    readonly confirmed: string;
    readonly declined: string;
  };
  readonly proof: string;
  readonly eraseTitle: string;
  readonly eraseHint: string;
  readonly reachOwn: string;
  readonly reachCampaigns: string;
  readonly typeAgain: string;
  readonly differs: string;
  readonly erase: string;
  readonly erased: (count: string) => string;
  readonly copies: string;
  readonly retentionTitle: string;
  readonly retentionHint: string;
  readonly noCampaigns: string;
  readonly days: string;
  readonly kept: (count: string) => string;
  readonly deletesOn: (date: string) => string;
  readonly byLead: (days: string) => string;
  readonly byLeadNone: string;
  readonly save: string;
  readonly saved: string;
  readonly undo: string;
}
