import { describe, expect, it } from "vitest";
import { playAndCheck } from "./epochs-race.ts";

describe("people who are added and removed while others write (D4)", () => {
  it("read what they may and nothing else in 2,000 histories", { timeout: 3_600_000 }, () => {
    let blocks = 0;
    for (let seed = 0; seed < 2_000; seed++) blocks += playAndCheck(`long race ${seed}`, 30 + (seed % 50));
    expect(blocks).toBeGreaterThan(50_000);
  });
});
