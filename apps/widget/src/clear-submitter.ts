/** Submissions that the gateway seals: consent records need a hash, and nothing here needs keys. */
import { systemRandom } from "@coterie/primitives/widget";
import { sha256 } from "@noble/hashes/sha2.js";
import { createSubmitter, type Submitter } from "./submitter.ts";

/** A submitter for pages that seal at the gateway; it refuses all others. */
export function createClearSubmitter(): Submitter {
  return createSubmitter({
    sha256: (message) => new Uint8Array(sha256(message)),
    random: systemRandom,
    sealPerson: undefined,
  });
}
