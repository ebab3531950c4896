/** Numbers of actions, at most a second old here, so that with caches between they are at most two seconds old. */
import { type Bytes, encodeHex } from "@coterie/bytes";
import type { GatewayDeps } from "../deps.ts";
import { gatewayLimits } from "../limits.ts";

/** Counters of campaigns. */
export interface Counters {
  readonly get: (campaignId: Bytes) => Promise<number>;
  /** Takes over a number that a commit just gave. */
  readonly remember: (campaignId: Bytes, actions: number) => void;
}

interface Known {
  readonly actions: number;
  readonly readAtMs: number;
  /** Which of all numbers that became known this one is. */
  readonly place: number;
}

/** The counters of this database. */
export function createCounters({ db, now }: Pick<GatewayDeps, "db" | "now">): Counters {
  const known = new Map<string, Known>();
  let places = 0;
  const remember = (campaignId: Bytes, actions: number): void => {
    if (known.size >= gatewayLimits.cachedPages) known.clear();
    known.set(encodeHex(campaignId), { actions, readAtMs: now(), place: ++places });
  };
  return {
    get: async (campaignId) => {
      const key = encodeHex(campaignId);
      const last = known.get(key);
      const ageMs = last === undefined ? Number.POSITIVE_INFINITY : now() - last.readAtMs;
      if (last !== undefined && ageMs >= 0 && ageMs < gatewayLimits.publicAnswerAgeMs) return last.actions;
      const readFrom = places;
      const row = await db
        .selectFrom("campaign_counters")
        .select("actions")
        .where("campaign_id", "=", campaignId)
        .executeTakeFirst();
      // A commit may have told a newer number while this one was read. Otherwise what was read holds, also where it is smaller:
      // recounting corrects in both directions.
      const told = known.get(key);
      if (told !== undefined && told.place > readFrom) return told.actions;
      const actions = row?.actions ?? 0;
      remember(campaignId, actions);
      return actions;
    },
    remember,
  };
}
