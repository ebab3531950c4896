// Whoever got an answer is stored once, and nobody is stored twice, however often everything is killed in between.
import { describe, expect, it } from "vitest";
import { crashRepeatedly } from "./support/crash-repeatedly.ts";

describe("killing everything", () => {
  it("loses no answered signature and doubles none (5 kills in 300 submissions)", async () => {
    const outcome = await crashRepeatedly({ submissions: 300, kills: 5 });
    expect(outcome).toEqual({ killed: 5, stored: 300, lost: 0, doubled: 0, counter: 300n, exitCode: 0 });
  }, 180_000);
});
