/** When a delivery is tried again, set aside, or its webhook suspended (docs/protocol/webhooks.md §5). Pure. */
import { type RandomSource, randomBytes } from "@coterie/primitives";
import type { PostResult } from "./post.ts";

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** After the first failure, the second, …; the last one again and again. */
const pausesMs: readonly number[] = [
  2 * secondMs,
  10 * secondMs,
  30 * secondMs,
  2 * minuteMs,
  10 * minuteMs,
  30 * minuteMs,
  hourMs,
  2 * hourMs,
  4 * hourMs,
];
const longestPauseMs = 4 * hourMs;

/** How often a delivery is refused by answers about itself before it is set aside. */
const refusalsUntilSetAside = 5;
/** Deliveries set aside one after the other: then it is not they, but the receiver. */
const setAsideUntilSuspended = 3;
const failingUntilSuspendedMs = 3 * dayMs;
/** Dead letters of one webhook. */
const mostDeadLetters = 1000;

/** Answers that are about what was posted, not about the receiver: another delivery may well be taken. */
const aboutTheDelivery: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/** How things stand with a failed attempt. */
export interface FailedAttempt {
  readonly result: PostResult;
  /** Attempts of this delivery, this one included. */
  readonly attempts: number;
  /** Since when every attempt of the webhook has failed, this one included. */
  readonly failingSinceMs: number;
  readonly setAsideInARow: number;
  readonly deadLetters: number;
  readonly nowMs: number;
}

/** What follows from it. */
export type Consequence =
  | { readonly kind: "again"; readonly afterMs: number }
  | { readonly kind: "set-aside"; readonly suspends: boolean }
  | { readonly kind: "suspend" };

/** Decides. */
export function decideConsequence(
  { random }: { readonly random: RandomSource },
  { result, attempts, failingSinceMs, setAsideInARow, deadLetters, nowMs }: FailedAttempt,
): Consequence {
  if (result.outcome === "gone") return { kind: "suspend" };
  if (aboutTheDelivery.has(result.status) && attempts >= refusalsUntilSetAside) {
    const suspends = setAsideInARow + 1 >= setAsideUntilSuspended || deadLetters + 1 >= mostDeadLetters;
    return { kind: "set-aside", suspends };
  }
  if (nowMs - failingSinceMs >= failingUntilSuspendedMs) return { kind: "suspend" };
  return { kind: "again", afterMs: pauseMs({ random }, { attempts, retryAfterMs: result.retryAfterMs ?? 0 }) };
}

/** Between half and one and a half of the plan, so that many webhooks do not come back at once; not before the receiver wants. */
function pauseMs(
  { random }: { readonly random: RandomSource },
  { attempts, retryAfterMs }: { readonly attempts: number; readonly retryAfterMs: number },
): number {
  const planMs = pausesMs[Math.min(attempts, pausesMs.length) - 1] ?? longestPauseMs;
  const [byte = 0] = randomBytes(random, 1);
  return Math.max(Math.round(planMs * (0.5 + byte / 256)), Math.min(retryAfterMs, longestPauseMs));
}
