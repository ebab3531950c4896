/**
 * Rotation of a whole table while it is read and written (docs/protocol/vault.md §4). It knows no database: two functions read
 * a batch and replace values that nobody changed in between. Killed anywhere, it is simply started again.
 */
import type { Ciphertext } from "@coterie/bytes";
import { InvalidRotationError, MalformedFieldError, NotAuthenticError, UnknownKeyError } from "../errors.ts";
import type { FieldKeyId } from "../field/key-id.ts";
import type { FieldPlace } from "../field/place.ts";
import type { Vault } from "../field/vault.ts";
import { vaultLimits } from "../limits.ts";

/** One stored field. `cursor` orders the table: a primary key. */
export interface StoredField<Cursor> {
  readonly cursor: Cursor;
  readonly place: FieldPlace;
  readonly field: Uint8Array;
}

/** One field to be replaced if, and only if, it is still `expected`. */
export interface FieldReplacement<Cursor> {
  readonly cursor: Cursor;
  readonly expected: Uint8Array;
  readonly replacement: Ciphertext<"field">;
}

/** Which rows are asked for. */
export interface BatchRequest<Cursor> {
  /** The last cursor of the batch before, or undefined at the start of a pass. */
  readonly after: Cursor | undefined;
  readonly limit: number;
  /** Rows under this key may be left out. */
  readonly currentKeyId: FieldKeyId;
}

/** A table with one encrypted column, as the rotation needs it. */
export interface RotatableTable<Cursor> {
  /** At most `limit` rows behind `after` in ascending order of cursors; empty at the end. */
  readonly readBatch: (request: BatchRequest<Cursor>) => Promise<readonly StoredField<Cursor>[]>;
  /** Compare and swap for each, durable when it settles; gives how many were replaced. */
  readonly replaceBatch: (replacements: readonly FieldReplacement<Cursor>[]) => Promise<number>;
}

/** A field that could not be read, and so was left as it is. */
export interface RotationFailure<Cursor> {
  readonly cursor: Cursor;
  readonly code: "vault/malformed-field" | "vault/unknown-key" | "vault/not-authentic";
}

/** How far a rotation is. */
export interface RotationProgress<Cursor> {
  /** Runs through the table that were begun. */
  readonly passes: number;
  readonly rotated: number;
  /** Fields that a writer changed first; the next pass looks at them again. */
  readonly lostRaces: number;
  /** Fields of this pass that cannot be read under any key of the vault. */
  readonly unreadable: number;
  /** The first 100 of them. */
  readonly failures: readonly RotationFailure<Cursor>[];
}

/** The end of a rotation: `complete` when a whole pass found nothing left to rotate. */
export interface RotationReport<Cursor> extends RotationProgress<Cursor> {
  readonly kind: "complete" | "stopped" | "passes-exhausted";
}

/** What to rotate and how. */
export interface RotateTableInput<Cursor> {
  readonly table: RotatableTable<Cursor>;
  /** 1 to 10,000 rows in one batch: the most that is done again after a kill. */
  readonly batchRows: number;
  /** Called after each batch. */
  readonly onProgress?: (progress: RotationProgress<Cursor>) => void;
  /** An AbortSignal: once aborted, the rotation ends after its batch. */
  readonly signal?: { readonly aborted: boolean };
}

/**
 * Brings all fields of a table under the vault's current key. Idempotent and resumable: what is rotated stays so, and a
 * repeated run finds only the rest. Writers may still use an old key when it starts; it passes again until none does.
 * Unreadable fields are counted and left alone: their key must not be destroyed (see `destroyFieldKey`).
 * @throws InvalidRotationError, and whatever the two functions of `table` throw
 */
export async function rotateTable<Cursor>(
  vault: Vault,
  { table, batchRows, onProgress, signal }: RotateTableInput<Cursor>,
): Promise<RotationReport<Cursor>> {
  if (!Number.isSafeInteger(batchRows) || batchRows < 1 || batchRows > vaultLimits.rotationBatchRows) {
    throw new InvalidRotationError(`a batch has 1 to ${vaultLimits.rotationBatchRows} rows`);
  }
  let progress: RotationProgress<Cursor> = { passes: 0, rotated: 0, lostRaces: 0, unreadable: 0, failures: [] };
  while (progress.passes < vaultLimits.rotationPasses) {
    progress = { ...progress, passes: progress.passes + 1, unreadable: 0, failures: [] };
    let found = 0;
    for (let after: Cursor | undefined; ; ) {
      if (signal?.aborted === true) return { kind: "stopped", ...progress };
      const rows = await table.readBatch({ after, limit: batchRows, currentKeyId: vault.currentKeyId });
      const last = rows.at(-1);
      if (last === undefined) break;
      const batch = await rotateBatch(vault, { table, rows });
      found += batch.found;
      progress = addBatch(progress, batch);
      onProgress?.(progress);
      after = last.cursor;
    }
    if (found === 0) return { kind: "complete", ...progress };
  }
  return { kind: "passes-exhausted", ...progress };
}

interface RotatedBatch<Cursor> {
  /** Readable fields under another key. */
  readonly found: number;
  readonly rotated: number;
  readonly failures: readonly RotationFailure<Cursor>[];
}

async function rotateBatch<Cursor>(
  vault: Vault,
  { table, rows }: { readonly table: RotatableTable<Cursor>; readonly rows: readonly StoredField<Cursor>[] },
): Promise<RotatedBatch<Cursor>> {
  const replacements: FieldReplacement<Cursor>[] = [];
  const failures: RotationFailure<Cursor>[] = [];
  for (const { cursor, place, field } of rows) {
    try {
      if (!vault.needsRotation(field)) continue;
      replacements.push({ cursor, expected: field, replacement: vault.rotateField(place, field) });
    } catch (error) {
      failures.push({ cursor, code: unreadableCode(error) });
    }
  }
  const rotated = replacements.length === 0 ? 0 : await table.replaceBatch(replacements);
  return { found: replacements.length, rotated, failures };
}

function unreadableCode(error: unknown): RotationFailure<never>["code"] {
  const isExpected =
    error instanceof MalformedFieldError || error instanceof UnknownKeyError || error instanceof NotAuthenticError;
  if (isExpected) return error.code;
  throw error;
}

function addBatch<Cursor>(
  progress: RotationProgress<Cursor>,
  { found, rotated, failures }: RotatedBatch<Cursor>,
): RotationProgress<Cursor> {
  return {
    passes: progress.passes,
    rotated: progress.rotated + rotated,
    lostRaces: progress.lostRaces + found - rotated,
    unreadable: progress.unreadable + failures.length,
    failures: [...progress.failures, ...failures].slice(0, vaultLimits.rotationFailuresListed),
  };
}
