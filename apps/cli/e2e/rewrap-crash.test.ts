// The short form of rewrap-crash.full.test.ts.
import { describe, expect, it } from "vitest";
import { rewrapRepeatedly } from "./support/rewrap-repeatedly.ts";

describe("killing whatever seals old contacts again", () => {
  it("leaves every contact readable, and none on the old key in the end (2 kills in 300 contacts)", async () => {
    expect(await rewrapRepeatedly({ rows: 300, kills: 2 })).toEqual({
      killed: 2,
      rows: 300,
      unreadable: 0,
      onOldKey: 0,
      openByOldKey: 0,
      again: 0,
    });
  }, 240_000);
});
