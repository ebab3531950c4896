/** The end of a field key: only when nothing is encrypted under it any more (docs/protocol/vault.md §4). */
import { KeyStillUsedError } from "../errors.ts";
import type { FieldKeyId } from "../field/key-id.ts";

/** Fields of one table by the key they are encrypted under. */
export interface KeyCoverage {
  readonly table: string;
  readonly fieldsByKeyId: ReadonlyMap<FieldKeyId, number>;
}

/** Counts, and does away with a key. */
export interface KeyDestruction {
  /** Reads the coverage of every table with encrypted fields, from the primary database. */
  readonly readCoverage: () => Promise<readonly KeyCoverage[]>;
  /** Removes the key for good wherever it is kept. */
  readonly destroyKey: (keyId: FieldKeyId) => Promise<void>;
}

/** Which key, and which one is current. */
export interface DestroyFieldKeyInput {
  readonly keyId: FieldKeyId;
  readonly currentKeyId: FieldKeyId;
}

/** How many fields are left under a key. */
export function countFieldsUnder(coverage: readonly KeyCoverage[], keyId: FieldKeyId): number {
  return coverage.reduce((sum, { fieldsByKeyId }) => sum + (fieldsByKeyId.get(keyId) ?? 0), 0);
}

/**
 * Destroys a key, unless it is the current one or a table still holds fields under it. The coverage is read at that moment, not
 * taken from an earlier report. All writers must have left the key before: a field that one writes afterwards is lost.
 * @throws KeyStillUsedError and nothing is destroyed
 */
export async function destroyFieldKey(
  { readCoverage, destroyKey }: KeyDestruction,
  { keyId, currentKeyId }: DestroyFieldKeyInput,
): Promise<void> {
  if (keyId === currentKeyId) throw new KeyStillUsedError(0);
  const left = countFieldsUnder(await readCoverage(), keyId);
  if (left > 0) throw new KeyStillUsedError(left);
  await destroyKey(keyId);
}
