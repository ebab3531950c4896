/** The limits of this package (docs/protocol/actions.md §2, §3, §8, §9). */

/** The four sizes of a contact's plain text, so that a length says little about a person (§3). */
export const contactSizes: readonly number[] = [512, 1024, 2048, 4096];

/** Objects and arrays inside each other in canonical JSON; by itself, since a visitor's browser needs no other limit. */
export const jsonLevels = 4;

/** Limits, tested at limit - 1, limit and limit + 1. */
export const sealedBoxLimits: {
  readonly jsonLevels: number;
  readonly jsonBytes: number;
  readonly envelopeRecipients: number;
  readonly envelopeContentBytes: number;
} = {
  jsonLevels,
  /** Canonical JSON that is decoded. */
  jsonBytes: 64 * 1024,
  envelopeRecipients: 20,
  /** What an envelope carries, before padding. */
  envelopeContentBytes: 4 * 1024 * 1024,
};

/** Limits of key files. */
export const keyFileLimits: {
  readonly memoryKiB: { readonly least: number; readonly most: number };
  readonly passes: { readonly least: number; readonly most: number };
  readonly passphraseCharacters: { readonly least: number; readonly most: number };
  readonly commentCharacters: number;
  readonly fileCharacters: number;
} = {
  /** 64 MiB to 1 GiB: below, guessing is cheap; above, a file could stop a machine. */
  memoryKiB: { least: 64 * 1024, most: 1024 * 1024 },
  passes: { least: 3, most: 16 },
  passphraseCharacters: { least: 8, most: 1024 },
  commentCharacters: 200,
  fileCharacters: 4096,
};
