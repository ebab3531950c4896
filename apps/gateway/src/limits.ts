/** The limits of the gateway, in one place. What both sides check is in `@coterie/protocol`. */
export const gatewayLimits: {
  readonly waitingSubmissions: number;
  readonly batchSubmissions: number;
  readonly databaseConnections: number;
  readonly statementTimeoutMs: number;
  readonly headerBytes: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly connections: number;
  readonly skippedBodyBytes: number;
  readonly jsonDepth: number;
  readonly rateBuckets: number;
  readonly cachedPages: number;
  readonly publicAnswerAgeMs: number;
  readonly challengeLifeMs: number;
  readonly keysPerOrganisation: number;
  readonly publishedEntries: number;
  readonly embedOrigins: number;
  readonly consentAgeMs: number;
  readonly clockSkewMs: number;
  readonly resealings: number;
  readonly gatewayClockSkewMs: number;
  readonly workChallengeLifeMs: number;
  readonly formQuickestMs: number;
  readonly formOldestMs: number;
  readonly commentCharacters: number;
  readonly commentsDecided: number;
  readonly publicComments: number;
  readonly countedValues: number;
  readonly statisticsRows: number;
  readonly recountTimeoutMs: number;
  readonly driftCheckPauseMs: number;
} = {
  /** Submissions that may wait for a commit before new ones are refused as "unavailable". */
  waitingSubmissions: 2048,
  /** Submissions in one commit. */
  batchSubmissions: 64,
  databaseConnections: 8,
  statementTimeoutMs: 10_000,
  headerBytes: 16 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 20_000,
  keepAliveTimeoutMs: 30_000,
  connections: 4096,
  /** The rest of a refused body that is read past, so that its sender gets the answer. */
  skippedBodyBytes: 1024 * 1024,
  /** Levels of arrays and objects in a JSON body. */
  jsonDepth: 16,
  /** Addresses and tokens whose rate is remembered; the oldest are forgotten first. */
  rateBuckets: 65_536,
  cachedPages: 4096,
  /** Half of the two seconds that a public answer may be old: once here, once in caches between. */
  publicAnswerAgeMs: 1000,
  challengeLifeMs: 10 * 60 * 1000,
  keysPerOrganisation: 100,
  /** Key log entries in one publication. */
  publishedEntries: 8,
  embedOrigins: 20,
  /** How long before the submission a consent may have been given. */
  consentAgeMs: 24 * 60 * 60 * 1000,
  /** How far ahead a client's clock may be. */
  clockSkewMs: 10 * 60 * 1000,
  /** How often a submission is sealed again because a key was replaced meanwhile. */
  resealings: 3,
  /** How far apart the clocks of gateways on one database may be. */
  gatewayClockSkewMs: 60_000,
  /** Within this a challenge of proof of work is solved and sent. */
  workChallengeLifeMs: 5 * 60 * 1000,
  /** Nobody reads and fills in a form faster. */
  formQuickestMs: 2000,
  /** A form without script that was drawn longer ago is drawn again before it is taken. */
  formOldestMs: 24 * 60 * 60 * 1000,
  /** One comment, in UTF-16 units. */
  commentCharacters: 2000,
  /** Comments that one request decides about. */
  commentsDecided: 100,
  /** Comments in one answer to the public. */
  publicComments: 50,
  /** Areas, or sources, of one page that are counted apart; those beyond are counted together. */
  countedValues: 500,
  /** Rows of one table of statistics; smaller ones are told together. */
  statisticsRows: 1000,
  recountTimeoutMs: 10 * 60 * 1000,
  driftCheckPauseMs: 6 * 60 * 60 * 1000,
};
