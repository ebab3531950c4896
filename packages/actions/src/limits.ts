/** The limits of this package. Browser and gateway check the same ones. */

/** Those that a form needs: a visitor's browser loads no others. */
export const formLimits: {
  readonly trackingFieldCharacters: number;
  readonly localeCharacters: number;
  readonly rawFieldCharacters: number;
  readonly requestSizesBytes: readonly number[];
} = {
  trackingFieldCharacters: 255,
  localeCharacters: 35,
  /** One field as it was typed. Longer is refused before Unicode normalisation, whose time may grow with the square of the length. */
  rawFieldCharacters: 1024,
  /** Requests are padded to one of these, so that their length says little about the person. */
  requestSizesBytes: [4096, 8192, 16_384, 32_768],
};

/** All of them. */
export const actionLimits: {
  readonly customFieldsBytes: number;
  readonly customFieldNameCharacters: number;
  readonly customFields: number;
  readonly trackingFieldCharacters: number;
  readonly slugCharacters: number;
  readonly localeCharacters: number;
  readonly titleCharacters: number;
  readonly descriptionCharacters: number;
  readonly rawFieldCharacters: number;
  readonly requestSizesBytes: readonly number[];
} = {
  /** All custom fields of one action, names and values together, in UTF-8. */
  customFieldsBytes: 5 * 1024,
  customFieldNameCharacters: 64,
  customFields: 64,
  trackingFieldCharacters: formLimits.trackingFieldCharacters,
  /** Short names of organisations, campaigns, pages and action types. */
  slugCharacters: 64,
  localeCharacters: formLimits.localeCharacters,
  titleCharacters: 200,
  descriptionCharacters: 10_000,
  rawFieldCharacters: formLimits.rawFieldCharacters,
  requestSizesBytes: formLimits.requestSizesBytes,
};
