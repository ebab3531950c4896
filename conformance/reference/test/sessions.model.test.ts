import { describe, expect, it } from "vitest";
import { emptyScheduleTally, runSchedule } from "./schedule.ts";

const faultless = { divergences: 0, acceptedReplays: 0, lost: 0, firstDivergence: undefined };

describe("sessions against the model (C4)", () => {
  it("do what it does in 300 schedules of loss, disorder, repetition, double starts, resets and crashes", async () => {
    const tally = emptyScheduleTally();
    for (let seed = 1; seed <= 300; seed++) await runSchedule({ seed, events: seed % 50 === 0 ? 120 : 8 }, tally);
    expect(tally).toMatchObject(faultless);
    expect(tally.opened).toBeGreaterThan(2000);
    expect(tally.crashes).toBeGreaterThan(50);
    expect(tally.maxEpoch).toBeGreaterThanOrEqual(2);
  });

  it("would be found out: a model that gets other bytes says something else", async () => {
    const tally = emptyScheduleTally();
    // After what only one of them opened, they soon differ in what they can send as well.
    await expect(runSchedule({ seed: 1, events: 12, spoils: true }, tally)).rejects.toThrow("they differ in sending");
    expect(tally.divergences).toBeGreaterThan(0);
    expect(tally.firstDivergence).toContain("seed 1");
  });
});
