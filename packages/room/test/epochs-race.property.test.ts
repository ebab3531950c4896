import { describe, expect, it } from "vitest";
import { playAndCheck } from "./epochs-race.ts";

describe("people who are added and removed while others write (D4)", () => {
  it("read what they may and nothing else, agree on one epoch, and lose nothing", () => {
    let blocks = 0;
    for (let seed = 0; seed < 24; seed++) blocks += playAndCheck(`race ${seed}`, 50);
    expect(blocks).toBeGreaterThan(500);
  });
});
