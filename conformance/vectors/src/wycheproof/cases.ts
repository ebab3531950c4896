/** What Wycheproof files have in common, and how a whole file is judged. */
import { type Bytes, decodeHex, equalBytes } from "@coterie/bytes";

/** One case. Fields beyond these differ by file and are read with {@link hexOf}. */
export interface WycheproofCase {
  readonly tcId: number;
  readonly comment?: string;
  readonly flags?: readonly string[];
  readonly result: "valid" | "invalid" | "acceptable";
  readonly [field: string]: unknown;
}

export interface WycheproofGroup {
  readonly tests: readonly WycheproofCase[];
  readonly [field: string]: unknown;
}

export interface WycheproofFile {
  readonly testGroups: readonly WycheproofGroup[];
}

/** How one file is judged. */
export interface Subject {
  /** Whether the case is accepted: its output is the expected one. Throws on errors that are no refusal. */
  readonly accepts: (testCase: WycheproofCase, group: WycheproofGroup) => boolean | Promise<boolean>;
  /** Whether a valid case is within what the subject promises to take. Default: every case is. */
  readonly inProfile?: (testCase: WycheproofCase, group: WycheproofGroup) => boolean;
}

/** The counts of a file. */
export interface Tally {
  cases: number;
  validAccepted: number;
  validOutsideProfile: number;
  acceptableAccepted: number;
  acceptableRefused: number;
  invalidRefused: number;
  /** Cases marked invalid whose input is, byte for byte, that of a case marked valid: nothing can tell them apart. */
  contradicted: number;
  zeroSecretsRefused: number;
  /** What must stay empty: the numbers of the cases that went wrong. */
  readonly validRefused: number[];
  readonly invalidAccepted: number[];
}

/** Runs every case of `file`. */
export async function judge(file: WycheproofFile, { accepts, inProfile = () => true }: Subject): Promise<Tally> {
  const tally: Tally = {
    cases: 0,
    validAccepted: 0,
    validOutsideProfile: 0,
    acceptableAccepted: 0,
    acceptableRefused: 0,
    invalidRefused: 0,
    contradicted: 0,
    zeroSecretsRefused: 0,
    validRefused: [],
    invalidAccepted: [],
  };
  for (const group of file.testGroups) {
    for (const testCase of group.tests) {
      const accepted = await accepts(testCase, group);
      tally.cases += 1;
      if (testCase.flags?.includes("ZeroSharedSecret") === true && !accepted) tally.zeroSecretsRefused += 1;
      if (testCase.result === "acceptable") tally[accepted ? "acceptableAccepted" : "acceptableRefused"] += 1;
      else if (testCase.result === "invalid" && accepted && equalsValidCase(testCase, group)) tally.contradicted += 1;
      else if (testCase.result === "invalid" && accepted) tally.invalidAccepted.push(testCase.tcId);
      else if (testCase.result === "invalid") tally.invalidRefused += 1;
      else if (accepted) tally.validAccepted += 1;
      else if (!inProfile(testCase, group)) tally.validOutsideProfile += 1;
      else tally.validRefused.push(testCase.tcId);
    }
  }
  return tally;
}

function equalsValidCase(testCase: WycheproofCase, group: WycheproofGroup): boolean {
  const input = inputOf(testCase);
  return group.tests.some((other) => other.result === "valid" && inputOf(other) === input);
}

function inputOf({ tcId: _id, comment: _comment, flags: _flags, result: _result, ...input }: WycheproofCase): string {
  return JSON.stringify(input);
}

/** A field in hexadecimal; upper case occurs. */
export function hexOf(holder: WycheproofCase | WycheproofGroup, field: string): Bytes {
  return decodeHex(textOf(holder, field).toLowerCase());
}

/** A field that is text. */
export function textOf(holder: WycheproofCase | WycheproofGroup, field: string): string {
  const value = holder[field];
  if (typeof value !== "string") throw new TypeError(`the field ${field} is not text`);
  return value;
}

/** A field that is a number. */
export function numberOf(holder: WycheproofCase | WycheproofGroup, field: string): number {
  const value = holder[field];
  if (typeof value !== "number") throw new TypeError(`the field ${field} is not a number`);
  return value;
}

/** Whether `make` gives `expected`; false where it throws one of the errors that `isRefusal` knows. */
export function gives(expected: Uint8Array, make: () => Uint8Array, isRefusal: (error: unknown) => boolean): boolean {
  try {
    return equalBytes(make(), expected);
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}
