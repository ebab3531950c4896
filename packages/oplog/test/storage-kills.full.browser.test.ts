/** I3 in a browser: 300 writers that are ended, for each kind of store. */
import { expect, it } from "vitest";
import { endRepeatedly } from "./browser-kills.ts";

it.each(["opfs", "indexed-db"] as const)(
  "loses nothing of what 300 ended writers acknowledged, in %s",
  async (kind) => {
    const tally = await endRepeatedly({ kind, kills: 300, seed: 2 });
    expect(tally).toMatchObject({ lost: 0, wrong: 0 });
  },
  1_800_000,
);
