// 28 for whole rooms; 700 more of sync alone: packages/oplog/test/sync-hostile.test.ts. 10,000 of them with COTERIE_FULL=1.
import process from "node:process";
import { expect, it } from "vitest";
import { playAtRelays } from "./rooms-relays.ts";

const count = process.env["COTERIE_FULL"] === "1" ? 10_000 : 300;

it(`28: ${count} rooms at relays that drop, reorder, repeat, forge and withhold end in one state, or with an alarm`, {
  timeout: 3_600_000,
}, async () => {
  const { rooms, converged, alarmed, hidden, removals, tricks } = await playAtRelays({ from: 1, count });
  expect(converged + alarmed + hidden).toBe(rooms);
  expect(converged).toBeGreaterThan(count / 2);
  expect(removals).toBeGreaterThan(count / 4);
  expect(tricks).toBeGreaterThan(count * 10);
});
