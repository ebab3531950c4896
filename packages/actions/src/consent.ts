/** Consent records: what a person agreed to, for one organisation, in provable form (docs/protocol/actions.md §5). */
import { type Bytes, decodeTextForm, encodeFields } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import type { OptIn } from "./coalition.ts";
import { InvalidConsentError } from "./errors.ts";
import { isLocale } from "./names.ts";

/** What an organisation is given the person for. */
export type ConsentPurpose = "delivery" | "newsletter";

/** The wording id of consents that another program hands over: what the person read was shown there, and is not known here. */
export const apiWordingId = "api/1";

/** One organisation's record. */
export interface ConsentRecord {
  /** Organisation id as text, "corg1…". */
  readonly organisationId: string;
  /** Page id as text, "cpag1…". */
  readonly pageId: string;
  readonly purpose: ConsentPurpose;
  readonly optIn: OptIn;
  readonly wordingId: string;
  /** SHA-256 of the wording as it was shown: 32 bytes. */
  readonly wordingHash: Uint8Array;
  /** BCP 47, of the wording. */
  readonly locale: string;
  /** When the person answered, milliseconds since 1970. */
  readonly givenAtMs: number;
}

const optInNumbers: { readonly [Answer in OptIn]: number } = { no: 0, yes: 1, "not-asked": 2 };

/**
 * The record as bytes: fields in the order of docs/protocol/actions.md §5, ids as their 16 bytes.
 * @throws InvalidConsentError where a member does not follow the format; MalformedTextError where an id does not
 */
export function encodeConsentRecord(record: ConsentRecord): Bytes {
  if (record.wordingHash.length !== 32) throw new InvalidConsentError("a wording's hash has 32 bytes");
  if (record.wordingId === "" || record.wordingId.length > 64) throw new InvalidConsentError("not a wording id");
  if (!isLocale(record.locale)) throw new InvalidConsentError("not a locale");
  if (!Number.isSafeInteger(record.givenAtMs) || record.givenAtMs < 0) throw new InvalidConsentError("not a time");
  return encodeFields(
    "coterie/consent/1",
    decodeTextForm("corg", record.organisationId, { lengthBytes: 16 }),
    decodeTextForm("cpag", record.pageId, { lengthBytes: 16 }),
    record.purpose,
    optInNumbers[record.optIn],
    record.wordingId,
    record.wordingHash,
    record.locale,
    record.wordingId === apiWordingId ? "api" : "form",
    record.givenAtMs,
  );
}

/** SHA-256 of the encoded record: 32 bytes. It stands in the sealed contact and in its signed header. */
export function hashConsentRecord({ sha256 }: Pick<Primitives, "sha256">, record: ConsentRecord): Bytes {
  return sha256(encodeConsentRecord(record));
}
