// Every limit of this package, in one place. Tested at limit - 1, limit and limit + 1.

/** Limits by name. */
export const webhookLimits: {
  readonly bodyBytes: number;
  readonly idCharacters: number;
  readonly signatureHeaderCharacters: number;
  readonly signatures: number;
  readonly toleranceS: number;
  readonly hmacKeyBytes: { readonly least: number; readonly most: number };
} = {
  /** A body that is verified. Coterie's own are smaller by far. */
  bodyBytes: 16 * 1024 * 1024,
  idCharacters: 64,
  signatureHeaderCharacters: 4096,
  /** Signatures in one header: two where keys overlap. Further ones are not looked at. */
  signatures: 8,
  /** How far a delivery's time may be from the receiver's clock, where a receiver has no wish of its own. */
  toleranceS: 300,
  /** As Standard Webhooks has it. */
  hmacKeyBytes: { least: 24, most: 64 },
};
