/** Texts about deliveries. */

/** Texts of deliveries. */
export interface DeliveryTexts {
  readonly introduction: string;
  readonly pullTitle: string;
  readonly pull: string;
  readonly pullLabel: string;
  readonly hooksTitle: string;
  readonly none: string;
  readonly states: {
    readonly active: string;
    readonly paused: string;
    readonly suspended: string;
  };
  readonly suspendedHint: string;
  readonly failing: (date: string) => string;
  readonly lastDelivered: (date: string) => string;
  readonly neverDelivered: string;
  readonly waiting: (count: string) => string;
  readonly lastAttempt: (date: string, outcome: string) => string;
  readonly outcomes: {
    readonly delivered: string;
    readonly refused: string;
    readonly timeout: string;
    readonly unreachable: string;
    readonly tls: string;
    readonly "address-refused": string;
    readonly redirected: string;
    readonly gone: string;
  };
  readonly pause: string;
  readonly resume: string;
  readonly test: string;
  readonly tested: (outcome: string) => string;
  readonly remove: string;
  readonly removeSure: string;
  readonly removeYes: string;
  readonly keep: string;
  readonly news: {
    readonly created: string;
    readonly paused: string;
    readonly resumed: string;
    readonly removed: string;
    readonly redriven: string;
  };
  readonly deadTitle: (count: string) => string;
  readonly deadHint: string;
  readonly redrive: string;
  readonly letter: string;
  readonly size: string;
  readonly attempts: string;
  readonly lastAnswer: string;
  readonly createTitle: string;
  readonly url: string;
  readonly urlHint: string;
  readonly shape: string;
  readonly shapes: {
    readonly coterie: string;
    readonly proca: string;
  };
  readonly onlyNew: string;
  readonly onlyNewHint: string;
  readonly create: string;
  readonly badAddress: string;
  readonly keysTitle: string;
  readonly keysHint: string;
}
