/** Where an encrypted field stands (docs/protocol/vault.md §2): bound to it, so that it opens nowhere else. */
import { type Bytes, encodeFields } from "@coterie/bytes";
import { InvalidPlaceError } from "../errors.ts";
import { fieldLabels } from "../labels.ts";
import { vaultLimits } from "../limits.ts";

/**
 * One cell. Ids are bytes, so that no two kinds of id share a form; a row named by several columns is
 * `encodeFields(first, second)`.
 */
export interface FieldPlace {
  /** Whose data it is, 1 to 256 bytes: an organisation's id, or one fixed value where there is one tenant. */
  readonly tenant: Uint8Array;
  /** Lower-case letters, digits and "_", at most 63. It must not follow a renaming of the table. */
  readonly table: string;
  /** The same for the column. */
  readonly column: string;
  /** The row's primary key, 1 to 256 bytes. */
  readonly row: Uint8Array;
}

/**
 * The associated data of a field: label, the open part of the ciphertext, the place.
 * @throws InvalidPlaceError
 */
export function fieldAssociatedData(open: Uint8Array, { tenant, table, column, row }: FieldPlace): Bytes {
  requirePlaceId(tenant);
  requirePlaceName(table);
  requirePlaceName(column);
  requirePlaceId(row);
  return encodeFields(fieldLabels.field, open, tenant, table, column, row);
}

/** Throws InvalidPlaceError unless `id` has 1 to 256 bytes. */
export function requirePlaceId(id: Uint8Array): void {
  if (id.length === 0 || id.length > vaultLimits.placeIdBytes) {
    throw new InvalidPlaceError(`tenants and rows have 1 to ${vaultLimits.placeIdBytes} bytes`);
  }
}

/** Throws InvalidPlaceError unless `name` is a plain name of at most 63 characters. */
export function requirePlaceName(name: string): void {
  if (name.length > vaultLimits.placeNameBytes || !/^[a-z_][a-z0-9_]*$/.test(name)) {
    throw new InvalidPlaceError("tables and columns are lower-case letters, digits and _");
  }
}
