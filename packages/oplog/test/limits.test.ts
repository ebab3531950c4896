import { expect, it } from "vitest";
import { oplogLimits } from "../src/index.ts";

it("has room for 1 MiB of content in a block", () => {
  expect(oplogLimits.envelopeBytes).toBeGreaterThan(1024 * 1024);
});
