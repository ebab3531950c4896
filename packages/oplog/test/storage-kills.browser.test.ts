/** I3 in a browser: writers that are ended; 300 for each kind of store in storage-kills.full.browser.test.ts. */
import { expect, it } from "vitest";
import { endRepeatedly } from "./browser-kills.ts";

it.each(["opfs", "indexed-db"] as const)("finds everything that 8 ended writers acknowledged, in %s", async (kind) => {
  const tally = await endRepeatedly({ kind, kills: 8, seed: 1 });
  expect(tally).toMatchObject({ lost: 0, wrong: 0 });
  expect(tally.length).toBeGreaterThan(15);
});
