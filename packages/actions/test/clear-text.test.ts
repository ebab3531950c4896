import { protocolLimits } from "@coterie/protocol/limits";
import { describe, expect, it } from "vitest";
import {
  actionLimits,
  isLocale,
  isSlug,
  paddingFor,
  RequestTooLargeError,
  validateCustomFields,
  validateTracking,
} from "../src/index.ts";

describe("custom fields", () => {
  const sized = (bytes: number) => validateCustomFields({ note: "x".repeat(bytes - "note".length) }).kind;

  it("take 5 KiB and not one byte more", () => {
    expect(sized(actionLimits.customFieldsBytes - 1)).toBe("valid");
    expect(sized(actionLimits.customFieldsBytes)).toBe("valid");
    expect(validateCustomFields({ note: "x".repeat(actionLimits.customFieldsBytes - 3) })).toEqual({
      kind: "invalid",
      problem: "too-large",
    });
  });

  it("count bytes, not characters", () => {
    expect(validateCustomFields({ n: "ż".repeat(2559) }).kind).toBe("valid");
    expect(validateCustomFields({ n: "ż".repeat(2560) }).kind).toBe("invalid");
  });

  it("are at most 64", () => {
    const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, ""]));
    expect(validateCustomFields(fields(63)).kind).toBe("valid");
    expect(validateCustomFields(fields(64)).kind).toBe("valid");
    expect(validateCustomFields(fields(65)).kind).toBe("invalid");
  });

  it.each([
    ["a list", ["x"]],
    ["null", null],
    ["a number as value", { a: 1 }],
    ["a name with a space", { "a b": "x" }],
    ["a name of 65 characters", { ["a".repeat(65)]: "x" }],
    ["__proto__", JSON.parse('{"__proto__":"x"}')],
    ["a control character", { a: "\u0000" }],
    ["a lone surrogate", { a: "\udc00" }],
    ["an override", { a: "\u202e" }],
  ])("refuse %s", (_name, input: unknown) => {
    expect(validateCustomFields(input)).toEqual({ kind: "invalid", problem: "malformed" });
  });

  it("keep line breaks: comments have them", () => {
    expect(validateCustomFields({ comment: "one\ntwo" })).toEqual({ kind: "valid", value: { comment: "one\ntwo" } });
  });
});

describe("tracking", () => {
  it("takes 255 characters a member and not one more", () => {
    for (const length of [254, 255]) expect(validateTracking({ source: "x".repeat(length) }).kind).toBe("valid");
    expect(validateTracking({ location: "x".repeat(256) })).toEqual({ kind: "invalid", problem: "too-large" });
  });

  it("fills in what is absent and leaves out what it does not know", () => {
    expect(validateTracking({ medium: "mail", other: 5 })).toEqual({
      kind: "valid",
      value: { source: "", medium: "mail", campaign: "", content: "", location: "" },
    });
    expect(validateTracking(undefined).kind).toBe("valid");
    expect(validateTracking({ source: 5 })).toEqual({ kind: "invalid", problem: "malformed" });
    expect(validateTracking({ source: "\u0007" }).kind).toBe("invalid");
  });
});

describe("names", () => {
  it.each(["a", "clean-rivers-2026", "a".repeat(64)])("%s is a short name", (text) => expect(isSlug(text)).toBe(true));
  it.each(["", "-a", "a-", "a--b", "A", "ż", "a/b", "..", "a".repeat(65)])("%s is none", (text) => {
    expect(isSlug(text)).toBe(false);
  });
  it.each(["en", "pt-BR", "zh-Hant-TW"])("%s is a locale", (text) => expect(isLocale(text)).toBe(true));
  it.each(["", "EN", "e", "en_GB", "en-", `en-${"a".repeat(40)}`])("%s is none", (text) => {
    expect(isLocale(text)).toBe(false);
  });
});

describe("request sizes", () => {
  it("pad to the next size at limit - 1, limit and limit + 1", () => {
    expect([0, 4095, 4096, 4097, 32_767, 32_768].map(paddingFor)).toEqual([4096, 1, 0, 4095, 1, 0]);
    expect(() => paddingFor(32_769)).toThrow(RequestTooLargeError);
  });

  it("are at most four, and fit the wire's limits", () => {
    expect(actionLimits.requestSizesBytes).toHaveLength(4);
    expect(Math.max(...actionLimits.requestSizesBytes)).toBeLessThanOrEqual(protocolLimits.requestBytes);
    expect(actionLimits.customFieldsBytes).toBe(protocolLimits.customFieldsBytes);
    expect(actionLimits.trackingFieldCharacters).toBe(protocolLimits.trackingFieldCharacters);
  });
});
