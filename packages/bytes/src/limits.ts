/** The limits of this package. */
export const bytesLimits: { readonly fieldLengthBytes: number; readonly textFormLengthBytes: number } = {
  /** One length-prefixed field. */
  fieldLengthBytes: 16 * 1024 * 1024,
  /** The bytes behind a checksummed text form: bech32m guarantees its error detection for short texts only. */
  textFormLengthBytes: 64,
};
