import { expect, it } from "vitest";
import { runWorlds } from "./sync-worlds.ts";

it("10,000 worlds end with all devices having everything in one order, or with an alarm", async () => {
  const { converged, alarmed, hidden } = await runWorlds({ from: 1_000_001, to: 1_010_000 });
  expect(converged + alarmed + hidden).toBe(10_000);
  expect(hidden).toBeLessThan(200);
}, 900_000);
