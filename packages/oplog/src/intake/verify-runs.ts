/**
 * Which blocks of a batch their writers signed, docs/protocol/rooms.md §3.1. The hash of a block names the one before it, so that one signature
 * stands for a whole run; where it is bad, the search goes back along the run, and what lies before a good one is kept.
 */
import { equalBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { type Envelope, verifyEnvelope } from "../format/envelope.ts";
import { hashKey } from "./hash-key.ts";

/** A block of a batch, before anything of it is believed. */
export interface Candidate {
  readonly key: string;
  /** Copies with different signatures. */
  readonly copies: readonly [Envelope, ...Envelope[]];
}

/** What came of a batch, each in its order. */
export interface VerifiedRuns {
  readonly verified: readonly VerifiedBlock[];
  readonly forged: readonly Envelope[];
}

/** A block that its writer signed, or that a block which its writer signed names as the one before it. */
export interface VerifiedBlock {
  readonly key: string;
  readonly envelope: Envelope;
}

/** `isVouched`: whether a block that is verified already names this one as its previous. */
export function verifyRuns(
  deps: Pick<Primitives, "verify">,
  {
    candidates,
    isVouched,
  }: { readonly candidates: ReadonlyMap<string, Candidate>; readonly isVouched: (block: VerifiedBlock) => boolean },
): VerifiedRuns {
  const vouched = new Set<Candidate>();
  const goodCopies = new Map<Candidate, Envelope>();
  // Blocks before those that they vouch for.
  const lastFirst = [...candidates.values()].sort((a, b) => b.copies[0].header.seq - a.copies[0].header.seq);
  for (const candidate of lastFirst) {
    const [envelope] = candidate.copies;
    const isKnown = vouched.has(candidate) || isVouched({ key: candidate.key, envelope });
    const good = isKnown ? envelope : candidate.copies.find((copy) => verifyEnvelope(deps, copy));
    if (good === undefined) continue;
    goodCopies.set(candidate, good);
    const previous = candidates.get(hashKey(envelope.header.previous));
    if (previous !== undefined && isNext(previous.copies[0], envelope)) vouched.add(previous);
  }
  const verified: VerifiedBlock[] = [];
  const forged: Envelope[] = [];
  for (const candidate of candidates.values()) {
    const envelope = goodCopies.get(candidate);
    if (envelope === undefined) forged.push(candidate.copies[0]);
    else verified.push({ key: candidate.key, envelope });
  }
  return { verified, forged };
}

/** Whether `next` may follow `block` in a chain, given that it names its hash: who signed `next` then wrote both. */
export function isNext(block: Envelope, next: Envelope): boolean {
  return block.header.seq + 1 === next.header.seq && equalBytes(block.header.writer, next.header.writer);
}
