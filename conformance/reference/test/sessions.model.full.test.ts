import { describe, expect, it } from "vitest";
import { emptyScheduleTally, runSchedule } from "./schedule.ts";

describe("sessions against the model (C4)", () => {
  it("do what it does in 10,000 schedules", async () => {
    const tally = emptyScheduleTally();
    for (let seed = 1; seed <= 10_000; seed++) {
      await runSchedule({ seed: seed + 1_000_000, events: seed % 50 === 0 ? 150 : 14 }, tally);
    }
    process.stdout.write(`${JSON.stringify(tally)}\n`);
    expect(tally).toMatchObject({ schedules: 10_000, divergences: 0, acceptedReplays: 0, lost: 0 });
  }, 3_600_000);
});
