// The named check B9: 100,000 contacts sealed again, while the program, the gateway and the database are killed 200 times.
import { describe, expect, it } from "vitest";
import { rewrapRepeatedly } from "./support/rewrap-repeatedly.ts";

describe("killing whatever seals old contacts again", () => {
  it("leaves every contact readable, and none on the old key in the end (200 kills in 100,000 contacts)", async () => {
    expect(await rewrapRepeatedly({ rows: 100_000, kills: 200 })).toEqual({
      killed: 200,
      rows: 100_000,
      unreadable: 0,
      onOldKey: 0,
      openByOldKey: 0,
      again: 0,
    });
  }, 3_600_000);
});
