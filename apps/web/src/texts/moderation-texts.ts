/** Texts about comments. */

/** Texts of comments. */
export interface ModerationTexts {
  readonly introduction: string;
  readonly campaign: string;
  readonly needsCampaign: string;
  readonly toCampaigns: string;
  readonly filter: string;
  readonly states: {
    readonly awaiting: string;
    readonly approved: string;
    readonly rejected: string;
  };
  readonly approve: string;
  readonly reject: string;
  readonly takeBack: string;
  readonly approved: string;
  readonly rejected: string;
  readonly takenBack: string;
  readonly undo: string;
  readonly none: string;
  readonly noneWaiting: string;
  readonly writtenOn: (date: string, page: string) => string;
  readonly keyboard: string;
  readonly comment: (number: string) => string;
  readonly more: string;
}
