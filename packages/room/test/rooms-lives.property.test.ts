// 26, 27, 31 over random lives of devices. A fault names its seed; ROOMS_SEED=<seed> plays that one alone.
import process from "node:process";
import { expect, it } from "vitest";
import { playLives } from "./rooms-lives.ts";

const given = process.env["ROOMS_SEED"];
const [from, count] = given === undefined ? [1, 12] : [Number(given), 1];

it("26, 27, 31: what devices say that are copied, stopped and compacted is read by everybody once", {
  timeout: 60_000,
}, async () => {
  const tally = await playLives({ from, count, steps: 40 });
  if (given !== undefined) return;
  for (const times of [tally.copies, tally.stops, tally.drops]) expect(times).toBeGreaterThan(5);
});
