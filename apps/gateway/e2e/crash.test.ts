// Whoever got an answer is stored once, and nobody is stored twice, however often everything is killed in between.
import { describe, expect, it } from "vitest";
import { crashRepeatedly } from "./support/crash-repeatedly.ts";

describe("killing everything", () => {
  it("loses no answered signature and doubles none (2 kills in 150 submissions)", async () => {
    const outcome = await crashRepeatedly({ submissions: 150, kills: 2 });
    expect(outcome).toEqual({ killed: 2, stored: 150, lost: 0, doubled: 0, counter: 150n, exitCode: 0 });
  }, 180_000);
});
