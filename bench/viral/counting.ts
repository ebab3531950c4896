// Visitors who look at the counter: through a cache that keeps an answer for as long as it may, and past it.
import { setTimeout as delay } from "node:timers/promises";
import { call } from "./http.ts";
import type { Model } from "./model.ts";
import type { World } from "./world.ts";

export interface CounterFigures {
  reads: number;
  /** How old the oldest shown number was: since the first confirmation that it did not hold. */
  staleMs: number;
  /** Numbers above what was confirmed by then. */
  tooHigh: number;
  /** Numbers below an earlier one. */
  falling: number;
}

export interface CounterReading {
  readonly figures: CounterFigures;
  readonly stop: () => Promise<void>;
}

export interface CounterDeps {
  readonly world: World;
  readonly model: Model;
  /** The names of the campaign's pages: all show one number. */
  readonly pageNames: readonly string[];
}

/** `max-age` of the answers, counted from when it was asked for, as caches do. */
const cachedMs = 1000;

export function startCounterReading(deps: CounterDeps): CounterReading {
  const figures: CounterFigures = { reads: 0, staleMs: 0, tooHigh: 0, falling: 0 };
  const stopping = new AbortController();
  const readers = deps.pageNames.map(
    async (name, index) => await readAgainAndAgain(deps, { name, index, figures, signal: stopping.signal }),
  );
  return {
    figures,
    stop: async () => {
      stopping.abort();
      await Promise.all(readers);
    },
  };
}

interface Reader {
  readonly name: string;
  readonly index: number;
  readonly figures: CounterFigures;
  readonly signal: AbortSignal;
}

async function readAgainAndAgain(deps: CounterDeps, { name, index, figures, signal }: Reader): Promise<void> {
  const { world, model } = deps;
  let last = 0;
  while (!signal.aborted) {
    const askedMs = performance.now();
    const from = `192.0.2.${1 + index}`;
    const counter = await readCounter(world, { name, from });
    if (counter === undefined || world.touchesOutage(askedMs, performance.now())) {
      await delay(100);
      continue;
    }
    figures.reads++;
    if (counter < last) figures.falling++;
    last = counter;
    if (counter > model.confirming.size) figures.tooHigh++;
    // The last moment at which a cache shows it. The first confirmation that it lacks is the one behind as many as it counts.
    await delay(Math.max(0, askedMs + cachedMs - performance.now()), undefined, { signal }).catch(() => undefined);
    const shownMs = Math.min(performance.now(), askedMs + cachedMs);
    const missingSinceMs = model.confirmedAtMs[counter];
    if (missingSinceMs !== undefined && !world.touchesOutage(missingSinceMs, shownMs))
      figures.staleMs = Math.max(figures.staleMs, shownMs - missingSinceMs);
    await readPastCache(deps, { name, from, figures });
  }
}

async function readPastCache(
  { world }: CounterDeps,
  { name, from, figures }: Pick<Reader, "name" | "figures"> & { readonly from: string },
): Promise<void> {
  for (let read = 0; read < 5; read++) if ((await readCounter(world, { name, from })) !== undefined) figures.reads++;
}

export async function readCounter(
  world: Pick<World, "address">,
  { name, from }: { readonly name: string; readonly from: string },
): Promise<number | undefined> {
  const url = `${world.address()}/coterie.actions.v1.ActionService/GetCounter`;
  const reply = await call({ url, method: "POST", from, body: JSON.stringify({ pageName: name }) });
  return reply?.status === 200 ? Number(JSON.parse(reply.text).counter ?? 0) : undefined;
}
