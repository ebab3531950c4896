import { describe, expect, it } from "vitest";
import { createChooser, mutate, mutationKinds } from "../src/mutations.ts";
import { attack } from "../src/attack.ts";
import { sealedBoxFormats } from "../src/sealed-box-formats.ts";

describe("5,000 mutants", () => {
  it.each(sealedBoxFormats)("are refused with an error of ours, each in time: $name", (format) => {
    const figures = attack(format, 5000);
    expect(figures).toMatchObject({ mutants: 5000, accepted: 0, foreignErrors: 0, failure: undefined });
    expect(figures.slowestMs).toBeLessThan(100);
  });
});

describe("the mutations", () => {
  it("differ from their source nearly always, and come again from the same seed", () => {
    const source = new TextEncoder().encode('{"length":123,"text":"abc"}');
    const other = new TextEncoder().encode('{"length":456,"text":"def"}');
    for (const kind of mutationKinds) {
      const run = () => {
        const choose = createChooser(7);
        return Array.from({ length: 200 }, () => mutate(choose, { kind, source, other }).join());
      };
      expect(run()).toEqual(run());
      expect(run().filter((mutant) => mutant !== source.join()).length).toBeGreaterThan(150);
    }
  });
});
