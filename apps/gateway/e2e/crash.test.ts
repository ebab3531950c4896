// Whoever got an answer is stored once, and nobody is stored twice, however often everything is killed in between.
import { describe, it } from "vitest";
import { crashRepeatedly } from "./support/crash-repeatedly.ts";

describe("killing everything", () => {
  it("loses no answered signature and doubles none (5 kills in 300 submissions)", async () => {
    await crashRepeatedly({ submissions: 300, kills: 5 });
  }, 180_000);
});
