/** Verifying lines before they are stored: each one whose header the gateway signed is stamped, the others stay as they are. */
import { CoterieError, encodeBase64Url } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { createDeliveredContactVerifier, type DeliveredContactVerifier } from "@coterie/sealed-box/open";
import { deliveredContact } from "./delivered-contact.ts";
import { LineStamps, type StampKeys } from "./line-stamps.ts";
import { forEachContactLine } from "./store-reader.ts";
import { parseStoredContact } from "./stored-contact-parser.ts";

/** What verifying needs. */
export interface LineVerificationDeps {
  readonly primitives: Primitives;
  readonly verifier: DeliveredContactVerifier;
  readonly stamps: LineStamps;
}

/** Prepares verifying with the keys of these premises. */
export function createLineVerification(primitives: Primitives, keys: StampKeys): LineVerificationDeps {
  return { primitives, verifier: createDeliveredContactVerifier({ primitives }, keys), stamps: new LineStamps(keys) };
}

/** The same lines, those stamped that verify. What does not is stored all the same: opening refuses it by its name. */
export function stampVerified(deps: LineVerificationDeps, lines: Buffer): Buffer {
  const stamped: Uint8Array[] = [];
  forEachContactLine(lines, lines.length, (start, end) => {
    const line = lines.subarray(start, end);
    stamped.push(stampLine(deps, line), lineFeed);
  });
  return Buffer.concat(stamped);
}

const lineFeed = Uint8Array.of(0x0a);

function stampLine({ primitives, verifier, stamps }: LineVerificationDeps, line: Buffer): Uint8Array {
  const contact = parseStoredContact(line.toString("utf8"));
  if (contact === undefined) return line;
  try {
    const delivered = deliveredContact(primitives, contact);
    verifier.verify(delivered);
    return stamps.stamp(line, { consentHash: encodeBase64Url(delivered.consentHash) });
  } catch (error) {
    if (error instanceof CoterieError) return line;
    throw error;
  }
}
