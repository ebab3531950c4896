/** Blind indexes: finding rows by an encrypted value without decrypting them all (docs/protocol/vault.md §7). */
import { type Bytes, concatBytes, encodeFields, SecretKey } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { InvalidIndexError, LowEntropyFieldError } from "../errors.ts";
import { requirePlaceId, requirePlaceName } from "../field/place.ts";
import { fieldLabels } from "../labels.ts";
import { vaultLimits } from "../limits.ts";
import { assessEntropy } from "./entropy.ts";
import { type FieldKind, isIndexableKind } from "./field-kind.ts";
import { normalisedBytes } from "./normalise.ts";
import { type IndexedTable, planBlindIndex } from "./plan.ts";

/** Which column is indexed, and how. */
export interface BlindIndexInput extends IndexedTable {
  /** 32 bytes, outside of the database and unrelated to any field key; the caller destroys it. */
  readonly rootKey: SecretKey<"blind-index">;
  /** Whose rows, 1 to 256 bytes. The same value has unrelated index values for another tenant. */
  readonly tenant: Uint8Array;
  readonly table: string;
  readonly column: string;
  /** Counts up from 1; another version gives unrelated index values. */
  readonly keyVersion: number;
  /** Within what `planBlindIndex` allows. */
  readonly bits: number;
  readonly fieldKind: FieldKind;
  /** Values of the column as it is: all of them, or at least 1000 drawn at random. */
  readonly sample: readonly string[] | "no-rows-yet";
}

/** Computes index values of one column of one tenant. */
export interface BlindIndex {
  /** 8 bytes in front of all index values of this tenant, column and key version. Public. */
  readonly tag: Bytes;
  /** Of each index value, tag included: 9 to 12. */
  readonly lengthBytes: number;
  /**
   * What is stored beside the field and searched for. Equal for all ways of writing one value, and by design for some other
   * values: compare what is found after decrypting it. @throws InvalidIndexValueError, ContentTooLargeError
   */
  readonly indexOf: (value: string) => Bytes;
  /** Wipes the derived key. */
  readonly destroy: () => void;
}

const tagLengthBytes = 8;
const keyLengthBytes = 32;

/**
 * An index over one column. Whoever reads the database sees which rows have equal index values, that is up to √R rows among which
 * are all with one value; without the root key nobody can compute an index value. It shows nothing between tenants, columns or
 * versions. Refused for values that are few or well known: there, equality alone tells the value.
 * @throws LowEntropyFieldError by kind, by number of different values, or by what the sample shows
 * @throws InvalidIndexError on bits, versions or a sample out of range; InvalidPlaceError
 */
export function createBlindIndex(
  { primitives }: { readonly primitives: Primitives },
  input: BlindIndexInput,
): BlindIndex {
  checkParameters(input);
  checkEntropy(input);
  const { rootKey, tenant, table, column, keyVersion, bits } = input;
  const derived = primitives.hkdfSha256({
    secret: rootKey.exposeSecretBytes(),
    salt: new Uint8Array(0),
    info: encodeFields(fieldLabels.blindIndex, tenant, table, column, keyVersion),
    lengthBytes: keyLengthBytes + tagLengthBytes,
  });
  const key = SecretKey.copyOf("blind-index-column", derived.subarray(0, keyLengthBytes));
  const tag = derived.slice(keyLengthBytes);
  derived.fill(0);
  return {
    tag,
    lengthBytes: tagLengthBytes + Math.ceil(bits / 8),
    indexOf: (value) => {
      const normal = normalisedBytes(value);
      try {
        return concatBytes(tag, firstBits(primitives.hmacSha256(key.exposeSecretBytes(), normal), bits));
      } finally {
        normal.fill(0);
      }
    },
    destroy: () => key.destroy(),
  };
}

function checkParameters(input: BlindIndexInput): void {
  requirePlaceId(input.tenant);
  requirePlaceName(input.table);
  requirePlaceName(input.column);
  if (input.rootKey.exposeSecretBytes().length !== keyLengthBytes) {
    throw new InvalidIndexError("the root key of blind indexes has 32 bytes");
  }
  if (!Number.isSafeInteger(input.keyVersion) || input.keyVersion < 1) {
    throw new InvalidIndexError("key versions count up from 1");
  }
}

function checkEntropy({ fieldKind, sample, bits, expectedRows, distinctValuesEstimate }: BlindIndexInput): void {
  if (!isIndexableKind(fieldKind)) throw new LowEntropyFieldError("fields of this kind tell their values by frequency");
  const { leastBits, mostBits } = planBlindIndex({ expectedRows, distinctValuesEstimate });
  if (!Number.isSafeInteger(bits) || bits < leastBits || bits > mostBits) {
    throw new InvalidIndexError(`for this table an index has ${leastBits} to ${mostBits} bits`);
  }
  if (sample === "no-rows-yet") return;
  if (sample.length < Math.min(expectedRows, vaultLimits.entropySampleValues)) {
    throw new InvalidIndexError(`a sample has at least ${vaultLimits.entropySampleValues} values, or the whole table`);
  }
  if (assessEntropy(sample, { expectedRows, bits }).kind === "too-predictable") {
    throw new LowEntropyFieldError("some values are so frequent that an index would tell them");
  }
}

/** The first `bits` bits, in whole bytes whose unused low bits are zero. */
function firstBits(mac: Bytes, bits: number): Bytes {
  const kept = mac.slice(0, Math.ceil(bits / 8));
  const unused = kept.length * 8 - bits;
  const last = kept.length - 1;
  kept[last] = ((kept[last] ?? 0) >> unused) << unused;
  return kept;
}
