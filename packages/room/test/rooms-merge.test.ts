// 9: long branches merge without being applied again and again; 3 x 33,000 blocks with COTERIE_FULL=1.
import process from "node:process";
import { expect, it } from "vitest";
import { mergeBranches } from "./rooms-merge.ts";

const blocks = process.env["COTERIE_FULL"] === "1" ? 33_000 : 700;

it(`9: applies less than 2.5 times what there is, where three branches of ${blocks} blocks merge in a relay's order`, {
  timeout: 3_600_000,
}, async () => {
  const { lines, applied } = await mergeBranches(blocks);
  // The hellos are one line.
  expect(lines).toBe(3 * blocks + 1);
  expect(applied / lines).toBeLessThanOrEqual(2.5);
});
