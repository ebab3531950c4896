import { describe, expect, it } from "vitest";
import { attack } from "../src/attack.ts";
import { sealedBoxFormats } from "../src/sealed-box-formats.ts";

describe("100,000 mutants", () => {
  it.each(sealedBoxFormats)(
    "are refused with an error of ours, each in time: $name",
    (format) => {
      const figures = attack(format, 100_000);
      expect(figures).toMatchObject({ mutants: 100_000, accepted: 0, foreignErrors: 0, failure: undefined });
      expect(figures.slowestMs).toBeLessThan(100);
    },
    600_000,
  );
});
