/** The chain of somebody's messages, with the seeds of those that were skipped (docs/protocol/sessions.md §6.4). */
import type { Bytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { sessionLimits } from "../limits.ts";
import { type Chain, messageSeedOf, nextChain } from "./message-keys.ts";

/** A message that was skipped: the seed of its keys. */
export interface SkippedSeed {
  readonly index: number;
  readonly seed: Bytes;
}

/** A chain for receiving; `skipped` in ascending order. */
export interface ReceivingChain {
  readonly chain: Chain;
  readonly skipped: readonly SkippedSeed[];
  /** Seeds of smaller numbers were dropped for newer ones: a message of such a number was perhaps never opened. */
  readonly forgottenBelow: number;
}

/** What became of the search for a message's seed. */
export type TakenSeed =
  | { readonly kind: "found"; readonly seed: Bytes; readonly receiving: ReceivingChain }
  /** It was taken before. */
  | { readonly kind: "duplicate" }
  /** It is forgotten, or so far ahead that something is wrong. */
  | { readonly kind: "out-of-sync"; readonly reason: "too-far-ahead" | "key-gone" };

type Hmac = Pick<Primitives, "hmacSha256">;

/** Takes the seed of message number `index` out; those before it are kept, up to the limit. */
export function takeSeed(
  hmac: Hmac,
  {
    receiving,
    index,
    forwardJumps = sessionLimits.forwardJumps,
  }: { readonly receiving: ReceivingChain; readonly index: number; readonly forwardJumps?: number },
): TakenSeed {
  const { chain, skipped } = receiving;
  if (index < chain.index) return takeSkipped(receiving, index);
  if (index - chain.index > forwardJumps) return { kind: "out-of-sync", reason: "too-far-ahead" };
  const { reached, passed } = advanceTo(hmac, { chain, index });
  const kept = [...skipped, ...passed].slice(-sessionLimits.skippedKeysPerChain);
  const hasForgotten = skipped.length + index - chain.index > sessionLimits.skippedKeysPerChain;
  const forgottenBelow = hasForgotten ? (kept[0]?.index ?? index) : receiving.forgottenBelow;
  return {
    kind: "found",
    seed: messageSeedOf(hmac, reached),
    receiving: { chain: nextChain(hmac, reached), skipped: kept, forgottenBelow },
  };
}

function takeSkipped(receiving: ReceivingChain, index: number): TakenSeed {
  const { skipped, forgottenBelow } = receiving;
  const kept = skipped.find((one) => one.index === index);
  if (kept !== undefined) {
    const others = skipped.filter((one) => one !== kept);
    return { kind: "found", seed: kept.seed, receiving: { ...receiving, skipped: others } };
  }
  return index < forgottenBelow ? { kind: "out-of-sync", reason: "key-gone" } : { kind: "duplicate" };
}

function advanceTo(
  hmac: Hmac,
  { chain, index }: { readonly chain: Chain; readonly index: number },
): { readonly reached: Chain; readonly passed: readonly SkippedSeed[] } {
  const passed: SkippedSeed[] = [];
  let reached = chain;
  while (reached.index < index) {
    // Older ones than are kept need no memory.
    if (index - reached.index <= sessionLimits.skippedKeysPerChain) {
      passed.push({ index: reached.index, seed: messageSeedOf(hmac, reached) });
    }
    reached = nextChain(hmac, reached);
  }
  return { reached, passed };
}
