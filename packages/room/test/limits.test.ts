import { expect, it } from "vitest";
import { roomLimits } from "../src/index.ts";

it("has room for associations, not only for families", () => {
  expect(roomLimits.members).toBeGreaterThanOrEqual(1_000);
});
