/** Limits of what travels between client and gateway. Both sides check them. */
export const protocolLimits: {
  readonly requestBytes: number;
  readonly customFieldsBytes: number;
  readonly personJsonBytes: number;
  readonly trackingFieldCharacters: number;
  readonly contactPayloadBytes: number;
  readonly pullContacts: number;
  readonly pageSize: number;
} = {
  /** One request body. */
  requestBytes: 64 * 1024,
  /** All custom fields of one action, names and values together, in UTF-8. */
  customFieldsBytes: 5 * 1024,
  personJsonBytes: 8 * 1024,
  trackingFieldCharacters: 255,
  /** 16 bytes of tag and at most 4096 of padded plain text. */
  contactPayloadBytes: 4112,
  /** Contacts in one pull. */
  pullContacts: 1000,
  /** Entries in one page of a list. */
  pageSize: 200,
};
