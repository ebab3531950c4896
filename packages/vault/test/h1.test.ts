import { expect, it } from "vitest";
import { vaultOf } from "./fixtures.ts";
import { rotateUnderFire } from "./rotation-under-fire.ts";

it("H1: rotates 8,000 fields under fire, killed at 10 random points, without losing or delaying anything", async () => {
  const fire = { seed: "fire", rows: 8000, kills: 10, batchRows: 80, batchesBeforeKill: 8 };
  const { report, reads, writes, ...outcome } = await rotateUnderFire(fire);
  expect(outcome).toEqual({
    kills: 10,
    readErrors: 0,
    leftUnderOldKey: 0,
    unreadable: 0,
    stale: 0,
    destroyedTooEarly: false,
    destroyed: [vaultOf("old").currentKeyId],
  });
  expect(report).toMatchObject({ kind: "complete", unreadable: 0 });
  expect(reads).toBeGreaterThan(100);
  expect(writes).toBeGreaterThan(100);
});
