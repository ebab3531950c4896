import { describe, expect, it } from "vitest";
import { runWorlds } from "./sync-worlds.ts";

// 10,000 worlds: sync-hostile.full.test.ts. Whole rooms: packages/room/test/rooms-relays.test.ts.
const seeds = 700;

describe(`${seeds} worlds with relays that lie and networks that lose`, () => {
  it("end with all devices having everything in one order, or with an alarm; never in a wrong state", async () => {
    const { converged, alarmed, hidden, tricks } = await runWorlds({ from: 1, to: seeds });
    expect(converged + alarmed + hidden).toBe(seeds);
    expect(hidden).toBeLessThan(seeds / 50);
    // Liars that get away with nothing, and worlds without trouble, test nothing.
    expect(alarmed).toBeGreaterThan(seeds / 50);
    expect(tricks).toBeGreaterThan(seeds * 5);
  });
});
