/** Remembering which deliveries were here, in memory. */

/** The ids of deliveries whose content is stored. */
export interface SeenIds {
  readonly has: (id: string) => boolean;
  /** Call it once the content is stored, not before. */
  readonly add: (id: string) => void;
}

/**
 * Remembers ids for `keepS` seconds, at most `most` of them, the oldest forgotten first. Keep them at least twice as long as the
 * tolerance: then no recorded delivery is taken twice. It forgets when the process ends; a receiver that must never take
 * a delivery twice asks its own store for the id (in a database: a primary key).
 */
export function createSeenIds(
  { now }: { readonly now: () => number },
  { keepS, most }: { readonly keepS: number; readonly most: number },
): SeenIds {
  // In the order in which they were added: the first is the oldest.
  const untilById = new Map<string, number>();
  const forgetOld = (): void => {
    const nowMs = now();
    for (const [id, untilMs] of untilById) {
      if (untilMs > nowMs && untilById.size <= most) return;
      untilById.delete(id);
    }
  };
  return {
    has: (id) => (untilById.get(id) ?? Number.NEGATIVE_INFINITY) > now(),
    add: (id) => {
      untilById.delete(id);
      untilById.set(id, now() + keepS * 1000);
      forgetOld();
    },
  };
}
