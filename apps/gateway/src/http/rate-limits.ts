/** Rates: each key has a bucket of tokens that refills over time; an empty bucket refuses. In memory, bounded, forgotten on restart. */
import { gatewayLimits } from "../limits.ts";

/** A rate: `burst` requests at once, `perSecond` in the long run. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** The rates of a gateway. Public ones count per client prefix, the organisations' per token. */
export interface RateLimits {
  /** Handing in actions. */
  readonly submissions: Rate;
  /** Handing in actions by forms without script, besides. */
  readonly forms: Rate;
  /** The same where others need proof of work: per page, for all networks together. */
  readonly unprovenForms: Rate;
  /** Handing in actions to one page, whoever sends them. */
  readonly pages: Rate;
  /** Proca's interface. */
  readonly api: Rate;
  /** Whether the gateway is well. */
  readonly health: Rate;
  /** Asking what is held about an address. */
  readonly rights: Rate;
  /** Pages, counters, files. */
  readonly reads: Rate;
  /** Everything an organisation or the operator does. */
  readonly organisations: Rate;
  /** Calls with a token that is not valid. */
  readonly failedAuthentications: Rate;
}

/**
 * Wide enough for a school or company behind one address, narrow enough that one address cannot fill the disk. For a campaign
 * stand with one address, raise the submissions.
 */
export const defaultRateLimits: RateLimits = {
  submissions: { perSecond: 5, burst: 100 },
  forms: { perSecond: 0.2, burst: 20 },
  unprovenForms: { perSecond: 0.5, burst: 30 },
  pages: { perSecond: 200, burst: 5000 },
  api: { perSecond: 2, burst: 50 },
  health: { perSecond: 5, burst: 50 },
  rights: { perSecond: 1 / 360, burst: 10 },
  reads: { perSecond: 50, burst: 500 },
  organisations: { perSecond: 50, burst: 500 },
  failedAuthentications: { perSecond: 0.1, burst: 10 },
};

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/** Buckets of one rate, by key. */
export class RateLimiter {
  readonly #rate: Rate;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor({ now }: { readonly now: () => number }, rate: Rate) {
    this.#now = now;
    this.#rate = rate;
  }

  /** Takes one token of `key`; false where none is left. */
  take(key: string): boolean {
    const bucket = this.#refill(key);
    const allowed = bucket.tokens >= 1;
    if (allowed) bucket.tokens -= 1;
    // Last in the order of insertion: the buckets that were not used for longest are forgotten first.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > gatewayLimits.rateBuckets) this.#forgetOldest();
    return allowed;
  }

  /** Whether {@link take} would succeed; takes nothing. */
  hasTokens(key: string): boolean {
    return !this.#buckets.has(key) || this.#refill(key).tokens >= 1;
  }

  #refill(key: string): Bucket {
    const nowMs = this.#now();
    const bucket = this.#buckets.get(key) ?? { tokens: this.#rate.burst, filledAtMs: nowMs };
    // A clock that is set back refills nothing.
    const elapsedMs = Math.max(0, nowMs - bucket.filledAtMs);
    bucket.tokens = Math.min(this.#rate.burst, bucket.tokens + (elapsedMs / 1000) * this.#rate.perSecond);
    bucket.filledAtMs = nowMs;
    return bucket;
  }

  #forgetOldest(): void {
    const oldest = this.#buckets.keys().next();
    if (oldest.done !== true) this.#buckets.delete(oldest.value);
  }
}
