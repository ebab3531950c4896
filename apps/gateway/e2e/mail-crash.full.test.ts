// As mail-crash.test.ts, at many more points.
import { describe, it } from "vitest";
import { killWhileSending } from "./support/kill-while-sending.ts";

describe("a gateway that is killed while it sends", () => {
  it("loses no mail and repeats none that it wrote down, at 100 points", { timeout: 900_000 }, async () => {
    await killWhileSending({ kills: 100, people: 1200 });
  });
});
