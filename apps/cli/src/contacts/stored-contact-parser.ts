/** Reading a line of the store: it was written by this program, so this only finds damage. */
import type { StoredConsent, StoredContact } from "./stored-contact.ts";

/** A contact that was verified when it was stored, with the hash of its consent record. */
export interface StampedContact extends StoredContact {
  /** base64url. */
  readonly consentHash: string;
}

/** The contact of a line, or undefined where the line is damaged. */
export function parseStoredContact(line: string): StoredContact | undefined {
  try {
    const json: unknown = JSON.parse(line);
    return isStoredContact(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** The contact of a line whose stamp is valid: it was whole and verified when this program wrote it. */
export function parseStampedContact(line: string): StampedContact {
  // cast: the stamp shows that line-verification.ts wrote just these members
  return JSON.parse(line) as StampedContact;
}

const sealings: readonly unknown[] = ["gateway", "browser", "unknown"] satisfies StoredContact["sealing"][];
const optIns: readonly unknown[] = ["yes", "no", "not-asked", "unknown"] satisfies StoredConsent["optIn"][];

const contactTexts = (
  "action campaign page organisation payload nonce commitment signature " +
  "formSchema actionType campaignName pageName pageLocale"
).split(" ");
const keyTexts = ["id", "public"];
const consentTexts = ["organisation", "purpose", "wordingId", "wordingHash", "locale"];
const trackingTexts = ["source", "medium", "campaign", "content", "location"];

/** Every member, since damage may strike any of them. */
function isStoredContact(json: unknown): json is StoredContact {
  if (!isRecord(json)) return false;
  const { publicKey, signKey, consent, tracking, customFields } = json;
  return (
    hasTexts(json, contactTexts) &&
    typeof json["createdAtMs"] === "number" &&
    sealings.includes(json["sealing"]) &&
    isRecord(publicKey) &&
    hasTexts(publicKey, keyTexts) &&
    isRecord(signKey) &&
    hasTexts(signKey, keyTexts) &&
    isRecord(consent) &&
    hasTexts(consent, consentTexts) &&
    optIns.includes(consent["optIn"]) &&
    typeof consent["givenAtMs"] === "number" &&
    ["string", "undefined"].includes(typeof consent["confirmation"]) &&
    ["number", "undefined"].includes(typeof consent["confirmedAtMs"]) &&
    isRecord(tracking) &&
    hasTexts(tracking, trackingTexts) &&
    isRecord(customFields) &&
    hasTexts(customFields, Object.keys(customFields)) &&
    ["number", "undefined"].includes(typeof json["duplicateRank"])
  );
}

function hasTexts(record: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  return names.every((name) => typeof record[name] === "string");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
