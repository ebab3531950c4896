/** From bytes of any origin to blocks that may be looked at: decoded, of this log, and not known yet. */
import { type Bytes, equalBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { type Envelope, tryDecodeEnvelope } from "../format/envelope.ts";
import { hashKey } from "./hash-key.ts";
import { type BlockRefusal, refusalOf } from "./intake-result.ts";
import type { Candidate } from "./verify-runs.ts";

/** What is in a batch: each block once, with all its copies that differ in the signature. */
export interface DecodedBatch {
  readonly candidates: ReadonlyMap<string, Candidate>;
  readonly refused: readonly BlockRefusal[];
}

/** `isKnown`: what was taken in or refused before is left out. */
export function decodeBatch(
  deps: Pick<Primitives, "sha256">,
  {
    batch,
    logTag,
    isKnown,
  }: {
    readonly batch: readonly Uint8Array[];
    readonly logTag: Bytes;
    readonly isKnown: (envelope: Envelope, key: string) => boolean;
  },
): DecodedBatch {
  const candidates = new Map<string, Candidate>();
  const refused: BlockRefusal[] = [];
  for (const [position, bytes] of batch.entries()) {
    const envelope = tryDecodeEnvelope(deps, bytes);
    if (envelope === undefined) {
      refused.push({ reason: "not-a-block", position });
      continue;
    }
    const key = hashKey(envelope.hash);
    if (isKnown(envelope, key)) continue;
    if (!equalBytes(envelope.header.logTag, logTag)) {
      refused.push(refusalOf(envelope, { reason: "other-log" }));
      continue;
    }
    const copies = candidates.get(key)?.copies;
    if (copies === undefined) candidates.set(key, { key, copies: [envelope] });
    else if (!copies.some(({ signature }) => equalBytes(signature, envelope.signature)))
      candidates.set(key, { key, copies: [...copies, envelope] });
  }
  return { candidates, refused };
}
