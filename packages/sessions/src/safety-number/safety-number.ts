/**
 * Safety numbers: what two people compare to know that nobody sits between them (docs/protocol/sessions.md §11). Equal digits, or a
 * code that the other device accepts, mean equal identity keys on both sides.
 */
import { type Bytes, concatBytes, equalBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { MalformedMessageError } from "../errors.ts";
import { encodeAgreementKey } from "../keys/public-key.ts";
import { decodeFieldValues, encodeFieldValues } from "../messages/protobuf-fields.ts";

/** A person: a stable identifier that both sides spell alike, and the identity key. */
export interface SafetyNumberParty {
  readonly identifier: Uint8Array;
  /** 32 bytes. */
  readonly identityKey: Bytes;
}

/** Both forms of a safety number. */
export interface SafetyNumber {
  /** 60 digits, the same on both devices; show them in groups of five. */
  readonly digits: string;
  /** The content of a QR code; the other device checks it with {@link matchesScannedSafetyNumber}. */
  readonly scannable: Bytes;
}

type Sha512 = Pick<Primitives, "sha512">;

const iterations = 5200;
const scannableVersion = 2;
const fingerprintLengthBytes = 32;

/** The safety number of two people. Costs thousands of hashes: some milliseconds. */
export function deriveSafetyNumber(
  hash: Sha512,
  { local, remote }: { readonly local: SafetyNumberParty; readonly remote: SafetyNumberParty },
): SafetyNumber {
  const [localPrint, remotePrint] = [fingerprintOf(hash, local), fingerprintOf(hash, remote)];
  const digits = [digitsOf(localPrint), digitsOf(remotePrint)].toSorted().join("");
  return { digits, scannable: encodeScannable({ local: localPrint, remote: remotePrint }) };
}

/**
 * Whether a scanned code is the other side of this safety number.
 * @throws MalformedMessageError where it is no code of this kind and version
 */
export function matchesScannedSafetyNumber(own: SafetyNumber, scanned: Uint8Array): boolean {
  const [mine, theirs] = [decodeScannable(own.scannable), decodeScannable(scanned)];
  const localMatches = equalBytes(mine.local, theirs.remote);
  const remoteMatches = equalBytes(mine.remote, theirs.local);
  return localMatches && remoteMatches;
}

function fingerprintOf({ sha512 }: Sha512, { identifier, identityKey }: SafetyNumberParty): Bytes {
  const key = encodeAgreementKey(identityKey);
  let hash = sha512(concatBytes(new Uint8Array(2), key, identifier, key));
  const input = new Uint8Array(hash.length + key.length);
  input.set(key, hash.length);
  for (let i = 1; i < iterations; i++) {
    input.set(hash);
    hash = sha512(input);
  }
  return hash;
}

/** Six groups of five digits from five bytes each. */
function digitsOf(fingerprint: Bytes): string {
  return [0, 5, 10, 15, 20, 25]
    .map((offset) => {
      const value = fingerprint.subarray(offset, offset + 5).reduce((sum, byte) => sum * 256 + byte, 0);
      return String(value % 100_000).padStart(5, "0");
    })
    .join("");
}

interface Fingerprints {
  readonly local: Bytes;
  readonly remote: Bytes;
}

function encodeScannable({ local, remote }: Fingerprints): Bytes {
  const wrapped = (fingerprint: Bytes): Bytes => encodeFieldValues([[1, fingerprint.slice(0, fingerprintLengthBytes)]]);
  return encodeFieldValues([
    [1, scannableVersion],
    [2, wrapped(local)],
    [3, wrapped(remote)],
  ]);
}

function decodeScannable(bytes: Uint8Array): Fingerprints {
  const fields = decodeFieldValues(bytes, { 1: "number", 2: "bytes", 3: "bytes" });
  if (fields.getNumber(1) !== scannableVersion) throw new MalformedMessageError("the code is of another version");
  const unwrapped = (field: number): Bytes =>
    decodeFieldValues(fields.getBytes(field), { 1: "bytes" }).getBytes(1, fingerprintLengthBytes);
  return { local: unwrapped(2), remote: unwrapped(3) };
}
