// D3, D4 and 24 over random lives of whole rooms. A fault names its seed; ROOMS_SEED=<seed> plays that one alone, as do `npm test` and the
// long form, which has 10,000 of them.
import process from "node:process";
import { expect, it } from "vitest";
import { Schedule } from "./rooms-schedule.ts";
import { playSchedules } from "./rooms-schedules.ts";

const given = process.env["ROOMS_SEED"];
const [from, count] = given === undefined ? [1, 90] : [Number(given), 1];

it("D3, D4: members agree on order, views and each other, read what they are due, and who was removed opens nothing", {
  timeout: 300_000,
}, async () => {
  const shapeOf = (seed: number) => ({ people: 3 + (seed % 3), steps: 30, churn: 30 });
  const tally = await playSchedules({ from, count, shapeOf });
  if (given !== undefined) return;
  expect(tally.removals).toBeGreaterThan(100);
  expect(tally.secrets).toBeGreaterThan(500);
  expect(tally.due).toBeGreaterThan(2_000);
});

it("D3: plays one seed twice in one way, to the last hash", async () => {
  const traces: string[] = [];
  for (const seed of [17, 17, 18]) {
    const schedule = new Schedule({ seed, people: 4, steps: 30, churn: 30 });
    await schedule.play();
    traces.push(schedule.trace);
  }
  expect(traces[0]).toBe(traces[1]);
  expect(traces[0]).not.toBe(traces[2]);
});
