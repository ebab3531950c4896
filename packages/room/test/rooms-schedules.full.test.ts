// D3 and D4 in their long form: 3 to 7 people, long and short lives, quiet ones and such in which almost everything changes who is there.
import { expect, it } from "vitest";
import { playSchedules } from "./rooms-schedules.ts";

const shapes = [
  {
    name: "3 to 7 people",
    count: 4_000,
    shapeOf: (seed: number) => ({ people: 3 + (seed % 5), steps: 40, churn: 30 }),
  },
  { name: "all change", count: 3_000, shapeOf: (seed: number) => ({ people: 4 + (seed % 2), steps: 30, churn: 60 }) },
  { name: "two people", count: 1_500, shapeOf: () => ({ people: 2, steps: 40, churn: 40 }) },
  { name: "quiet", count: 1_500, shapeOf: (seed: number) => ({ people: 3 + (seed % 5), steps: 60, churn: 8 }) },
];

for (const [i, { name, count, shapeOf }] of shapes.entries())
  for (let part = 0; part < 10; part++)
    it(`D3, D4: ${name}, part ${part + 1} of 10`, { timeout: 1_800_000 }, async () => {
      const tally = await playSchedules({
        name,
        from: 1_000_000 * (i + 1) + (part * count) / 10,
        count: count / 10,
        shapeOf,
        restarting: "all",
      });
      expect(tally.schedules).toBe(count / 10);
      expect(tally.due).toBeGreaterThan(1_000);
    });
