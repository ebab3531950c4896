/** The limits of this package (docs/protocol/vault.md). Tested at limit - 1, limit and limit + 1. */
export const vaultLimits: {
  readonly fieldContentBytes: number;
  readonly fieldKeys: number;
  readonly placeIdBytes: number;
  readonly placeNameBytes: number;
  readonly cloakMessageCharacters: number;
  readonly cloakKeys: number;
  readonly indexedValueCharacters: number;
  readonly indexBits: number;
  readonly entropySampleValues: number;
  readonly rotationBatchRows: number;
  readonly rotationPasses: number;
  readonly rotationFailuresListed: number;
  readonly mailKeys: number;
} = {
  /** What one encrypted field holds, before padding. */
  fieldContentBytes: 1024 * 1024,
  /** Keys of one keyring: the current one and those that are still read. */
  fieldKeys: 32,
  /** Tenant and row of a place. */
  placeIdBytes: 256,
  /** Table and column of a place: what PostgreSQL allows. */
  placeNameBytes: 63,
  cloakMessageCharacters: 2 * 1024 * 1024,
  cloakKeys: 64,
  /** A value as it was typed: Unicode normalisation may grow with the square of the length. */
  indexedValueCharacters: 1024,
  /** More bits than any table needs: 2^32 different index values. */
  indexBits: 32,
  /** The fewest values that say something about a column's distribution, where the table has as many. */
  entropySampleValues: 1000,
  rotationBatchRows: 10_000,
  /** Whole runs through a table before rotation gives up on writers that keep using an old key. */
  rotationPasses: 100,
  rotationFailuresListed: 100,
  /** Key pairs that exist at once; a policy that rotates daily and keeps keys a week has eight. */
  mailKeys: 256,
};
