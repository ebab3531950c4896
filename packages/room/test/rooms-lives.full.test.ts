// 26, 27, 31 in their long form.
import { expect, it } from "vitest";
import { playLives } from "./rooms-lives.ts";

for (let part = 0; part < 10; part++)
  it(`26, 27, 31: lives of devices, part ${part + 1} of 10`, { timeout: 1_800_000 }, async () => {
    const tally = await playLives({ from: 10_000 + 300 * part, count: 300, steps: 40 });
    expect(tally.said).toBeGreaterThan(4_000);
    for (const times of [tally.copies, tally.stops, tally.drops, tally.emptied]) expect(times).toBeGreaterThan(20);
  });
