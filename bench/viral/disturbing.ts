// What goes wrong, and when, as a share of the run: gateway killed twice, database killed, receivers away, a key rotated.
import { setTimeout as delay } from "node:timers/promises";
import type { Coalition } from "./coalition.ts";
import type { Receiver } from "./receivers.ts";
import type { World } from "./world.ts";

export interface DisturbingDeps {
  readonly world: World;
  readonly coalition: Coalition;
  readonly receivers: readonly Receiver[];
}

export interface Disturbance {
  readonly atShare: number;
  readonly name: string;
  readonly act: (deps: DisturbingDeps, durationMs: number) => Promise<void>;
}

/** A minute; a fifth of runs that are shorter than five. */
export function receiverOutageMs(durationMs: number): number {
  return Math.min(60_000, durationMs / 5);
}

const disturbances: readonly Disturbance[] = [
  { atShare: 0.12, name: "gateway killed", act: async ({ world }) => await world.killGateway() },
  {
    atShare: 0.2,
    name: "receivers away",
    act: async ({ receivers }, durationMs) => {
      await Promise.all(receivers.map(async ({ pause }) => await pause(receiverOutageMs(durationMs))));
    },
  },
  { atShare: 0.3, name: "key rotated", act: async ({ coalition }) => await coalition.rotateLeadKey() },
  { atShare: 0.65, name: "database killed", act: async ({ world }) => await world.killDatabase() },
  { atShare: 0.8, name: "gateway killed", act: async ({ world }) => await world.killGateway() },
];

/** Does all of it; the names of what was done. */
export async function disturb(deps: DisturbingDeps, durationMs: number): Promise<string[]> {
  const startMs = performance.now();
  const done: string[] = [];
  await Promise.all(
    disturbances.map(async ({ atShare, name, act }) => {
      await delay(startMs + atShare * durationMs - performance.now());
      await act(deps, durationMs);
      done.push(name);
    }),
  );
  return done;
}
