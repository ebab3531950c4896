// The long form of crash.test.ts.
import { describe, it } from "vitest";
import { crashRepeatedly } from "./support/crash-repeatedly.ts";

describe("killing everything", () => {
  it("loses no answered signature and doubles none (50 kills in 2,000 submissions)", async () => {
    await crashRepeatedly({ submissions: 2000, kills: 50 });
  }, 600_000);
});
