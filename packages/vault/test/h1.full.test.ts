import { expect, it } from "vitest";
import { vaultOf } from "./fixtures.ts";
import { rotateUnderFire } from "./rotation-under-fire.ts";

it("H1: rotates 1,000,000 fields under fire, killed at 200 random points", { timeout: 3_600_000 }, async () => {
  const fire = { seed: "great fire", rows: 1_000_000, kills: 200, batchRows: 500, batchesBeforeKill: 16 };
  const { report, reads, writes, ...outcome } = await rotateUnderFire(fire);
  expect(outcome).toEqual({
    kills: 200,
    readErrors: 0,
    leftUnderOldKey: 0,
    unreadable: 0,
    stale: 0,
    destroyedTooEarly: false,
    destroyed: [vaultOf("old").currentKeyId],
  });
  expect(report).toMatchObject({ kind: "complete", unreadable: 0 });
  process.stdout.write(`H1: ${reads} reads, ${writes} writes, ${report.rotated} rotated in the last run\n`);
});
