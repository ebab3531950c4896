import { describe, it } from "vitest";
import { expectMutantsRefused } from "../src/expect-refused.ts";
import { sealedBoxFormats } from "../src/sealed-box-formats.ts";

describe("100,000 mutants", () => {
  it.each(sealedBoxFormats)(
    "are refused with an error of ours, each in time: $name",
    (format) => {
      expectMutantsRefused(format, 100_000);
    },
    600_000,
  );
});
