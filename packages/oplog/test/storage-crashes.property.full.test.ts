/** As storage-crashes.property.test.ts, with the figures of D1: 10,000 seeds. */
import { expect, it } from "vitest";
import { dieAt, emptyTally, liveAndDie, liveWithFailures, liveWithoutRoom } from "./storage-crash-runs.ts";

const minutesMs = 60_000;

it("opens with everything acknowledged and nothing else, in 10,000 times five lives", {
  timeout: 30 * minutesMs,
}, async () => {
  const tally = emptyTally();
  for (let seed = 0; seed < 10_000; seed++) await liveAndDie({ seed }, tally);
  expect(tally.crashes).toBeGreaterThan(45_000);
});

it("does so for every single call of 500 lives", { timeout: 30 * minutesMs }, async () => {
  const tally = emptyTally();
  for (let seed = 0; seed < 500; seed++) for (let call = 1; await dieAt(seed, { call, tally }); call++);
  expect(tally.crashes).toBeGreaterThan(20_000);
});

it("goes on after failures and without room, in 2,000 lives each", { timeout: 30 * minutesMs }, async () => {
  const tally = emptyTally();
  for (let seed = 0; seed < 2_000; seed++) {
    await liveWithFailures(seed, tally);
    await liveWithoutRoom(seed, tally);
  }
  expect(tally.failures).toBeGreaterThan(20_000);
});
