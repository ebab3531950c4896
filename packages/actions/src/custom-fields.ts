/** An action's custom fields and tracking: what travels in clear, so it must not be personal. Sizes are checked on both sides. */
import { encodeUtf8 } from "@coterie/bytes";
import { actionLimits } from "./limits.ts";
import { hasForbiddenCharacter } from "./text.ts";

/** Custom fields by name. */
export type CustomFields = Readonly<Record<string, string>>;

/** Where a visitor came from, as campaigns mark their links. Every member may be empty. */
export interface Tracking {
  readonly source: string;
  readonly medium: string;
  readonly campaign: string;
  readonly content: string;
  readonly location: string;
}

/** The outcome of a check of things in clear. */
export type CheckedClear<Value> =
  | { readonly kind: "valid"; readonly value: Value }
  | { readonly kind: "invalid"; readonly problem: "malformed" | "too-large" };

/** At most 64 fields and 5 KiB of names and values in UTF-8; names are letters, digits, "_" and "-". */
export function validateCustomFields(input: unknown): CheckedClear<CustomFields> {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return malformed;
  const entries: readonly [string, unknown][] = Object.entries(input);
  if (entries.length > actionLimits.customFields) return tooLarge;
  let sizeBytes = 0;
  const kept: [string, string][] = [];
  for (const [name, value] of entries) {
    if (typeof value !== "string" || !isFieldName(name)) return malformed;
    // A UTF-16 unit is at least one byte, so that hostile lengths are refused before they are encoded.
    if (value.length > actionLimits.customFieldsBytes) return tooLarge;
    if (hasForbiddenCharacter(value)) return malformed;
    sizeBytes += encodeUtf8(name).length + encodeUtf8(value).length;
    kept.push([name, value]);
  }
  return sizeBytes > actionLimits.customFieldsBytes ? tooLarge : { kind: "valid", value: Object.fromEntries(kept) };
}

/** Five texts of at most 255 characters; absent ones count as empty, other members are ignored. */
export function validateTracking(input: unknown): CheckedClear<Tracking> {
  if (input === undefined) return { kind: "valid", value: noTracking };
  if (typeof input !== "object" || input === null || Array.isArray(input)) return malformed;
  const given = new Map<string, unknown>(Object.entries(input));
  const read = (name: keyof Tracking): string | undefined => {
    const value = given.get(name) ?? "";
    return typeof value === "string" && !hasForbiddenCharacter(value.slice(0, 1024)) ? value : undefined;
  };
  const [source, medium, campaign, content, location] = [
    read("source"),
    read("medium"),
    read("campaign"),
    read("content"),
    read("location"),
  ];
  if (source === undefined || medium === undefined || campaign === undefined) return malformed;
  if (content === undefined || location === undefined) return malformed;
  const value: Tracking = { source, medium, campaign, content, location };
  const longest = Math.max(...Object.values(value).map((text: string) => text.length));
  return longest > actionLimits.trackingFieldCharacters ? tooLarge : { kind: "valid", value };
}

const noTracking: Tracking = { source: "", medium: "", campaign: "", content: "", location: "" };
const malformed = { kind: "invalid", problem: "malformed" } as const;
const tooLarge = { kind: "invalid", problem: "too-large" } as const;

function isFieldName(name: string): boolean {
  if (name === "__proto__" || name.length > actionLimits.customFieldNameCharacters) return false;
  return /^[A-Za-z0-9_-]+$/.test(name);
}
