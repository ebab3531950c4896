/** D2: 10,000 changed bits in the files of a store. */
import { expect, it } from "vitest";
import { rotMany } from "./storage-bit-rot.ts";

it("finds each of 10,000 changed bits, reads everything else, and heals", { timeout: 1_800_000 }, async () => {
  const { files: _files, ...faults } = await rotMany(10_000);
  expect(faults).toEqual({ undetected: 0, wrong: 0, damagedBesides: 0, unhealed: 0 });
});
