// The long form of crash.test.ts.
import { describe, expect, it } from "vitest";
import { crashRepeatedly } from "./support/crash-repeatedly.ts";

describe("killing everything", () => {
  it("loses no answered signature and doubles none (50 kills in 2,000 submissions)", async () => {
    const outcome = await crashRepeatedly({ submissions: 2000, kills: 50 });
    expect(outcome).toEqual({ killed: 50, stored: 2000, lost: 0, doubled: 0, counter: 2000n, exitCode: 0 });
  }, 600_000);
});
