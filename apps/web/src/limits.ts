/** The limits of the organisation pages. */
export const webLimits: {
  readonly callTimeoutMs: number;
  readonly pullTries: number;
  readonly pullContacts: number;
  readonly openingThreads: number;
  readonly waitingBatches: number;
  readonly previewRows: number;
  readonly shownRefusals: number;
  readonly keyFiles: number;
  readonly listPages: number;
  readonly checkedWords: number;
  readonly auditLinks: number;
} = {
  callTimeoutMs: 30_000,
  /** How often one pull is tried before the run fails. */
  pullTries: 5,
  /** Contacts in one pull: small enough that progress moves, large enough that few calls are made. */
  pullContacts: 500,
  /** Workers that open at the same time, at most. */
  openingThreads: 4,
  /** Pulled batches that may wait for a worker; pulling pauses above. */
  waitingBatches: 4,
  previewRows: 100,
  /** Refused contacts in the list on the page; the file to download has all of them. */
  shownRefusals: 200,
  keyFiles: 20,
  /** Pages of a list that are loaded: 200 entries each. */
  listPages: 50,
  /** Words of the printed key that are typed back. */
  checkedWords: 3,
  /** Links of the audit log in one call. */
  auditLinks: 5000,
};
