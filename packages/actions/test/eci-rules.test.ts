import { describe, expect, it } from "vitest";
import { findNationalRule, memberStates } from "../src/index.ts";

// One made-up number of the right form for every kind of document, and the same with a character too many.
const samples: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AT: { passport: "P1234567", "identity-card": "12345678" },
  BE: { "personal-number": "85073003328" },
  BG: { "personal-number": "7523169263" },
  CY: { "identity-card": "123456", passport: "K12345678" },
  CZ: { "identity-card": "123456789", passport: "12345678" },
  EE: { "personal-number": "37605030299" },
  ES: { "identity-card": "12345678Z", passport: "AAA123456" },
  HR: { "personal-number": "33392005961" },
  HU: { "identity-card": "123456AB", passport: "BH1234567", "personal-number": "18507141233" },
  IT: { passport: "YA1234567", "identity-card": "CA12345AB" },
  LT: { "personal-number": "38607060111" },
  LV: { "personal-number": "16117519997" },
  MT: { "identity-card": "1234567M" },
  PL: { "personal-number": "44051401458" },
  PT: { "identity-card": "123456789", passport: "CA123456", "citizen-card": "123456789ZZ0" },
  RO: { "identity-card": "XB123456", passport: "123456789", "personal-number": "1800101221144" },
  SE: { "personal-number": "198507099805" },
  SI: { "personal-number": "0101006500006" },
};
const partA: Readonly<Record<string, number>> = {
  DE: 16,
  DK: 18,
  FI: 18,
  FR: 18,
  GR: 17,
  IE: 18,
  LU: 18,
  NL: 18,
  SK: 18,
};

describe("the rules of Annex III, Regulation (EU) 2019/788", () => {
  it("cover the 27 Member States", () => {
    expect([...memberStates].sort()).toEqual([...Object.keys(samples), ...Object.keys(partA)].sort());
    expect(memberStates).toHaveLength(27);
  });

  it.each(Object.entries(partA))("%s asks for the residence from the age of %i", (state, minimumAge) => {
    expect(findNationalRule(state)).toEqual({ part: "A", minimumAge });
  });

  it.each(Object.entries(samples))("%s takes each of its documents and no longer number", (state, numbers) => {
    const rule = findNationalRule(state);
    if (rule?.part !== "B") throw new Error("part B expected");
    expect(rule.documents.map(({ type }) => type).sort()).toEqual(Object.keys(numbers).sort());
    for (const { type, pattern } of rule.documents) {
      expect(pattern.test(numbers[type] ?? "")).toBe(true);
      expect(pattern.test(`${numbers[type] ?? ""}99999999`)).toBe(false);
      expect(pattern.test(`${numbers[type] ?? ""}?`)).toBe(false);
      expect(pattern.flags).toBe("");
    }
  });

  it("know nothing of other countries or of object members", () => {
    for (const name of ["CH", "GB", "EL", "", "constructor", "__proto__"])
      expect(findNationalRule(name)).toBeUndefined();
  });
});
