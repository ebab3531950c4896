// D2 for whole rooms; the store alone: packages/oplog/test/storage-bit-rot.property.test.ts. 10,000 of them with COTERIE_FULL=1.
import process from "node:process";
import { expect, it } from "vitest";
import { rotRooms } from "./rooms-bit-rot.ts";

const count = process.env["COTERIE_FULL"] === "1" ? 10_000 : 200;

it(`D2: notices ${count} changed bits, shows nothing false, and is mended by what others have`, {
  timeout: 1_800_000,
}, async () => {
  const { refused, found, healed, remade } = await rotRooms({ from: 1, count });
  expect(refused + found).toBe(count);
  expect(refused).toBeGreaterThan(count / 10);
  expect(healed).toBeGreaterThan(count / 3);
  expect(remade).toBeGreaterThan(0);
});
