import { describe, expect, it } from "vitest";
import { decodeCanonicalJson } from "../src/open.ts";
import { encodeCanonicalJson, type JsonObject, sealedBoxLimits } from "../src/seal.ts";
import { outcomeOf } from "./fixtures.ts";

const textOf = (value: JsonObject): string => new TextDecoder().decode(encodeCanonicalJson(value));
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("canonical JSON", () => {
  it("sorts names by UTF-16 code units at every level", () => {
    // U+FF61 comes after the surrogates of U+1F600 by code point, before by code unit.
    const value = { "\u{1f600}": 1, "\uff61": 2, b: { z: [], a: true }, 10: 3, 9: 4, a: "x" };
    expect(textOf(value)).toBe('{"10":3,"9":4,"a":"x","b":{"a":true,"z":[]},"\u{1f600}":1,"\uff61":2}');
  });

  it("escapes only what JSON requires", () => {
    const text = '"\\\b\f\n\r\t\u0000\u001f\u007f\u2028/é😀<';
    expect(textOf({ text })).toBe('{"text":"\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\u2028/é😀<"}');
  });

  it("comes back as the same value from the same bytes", () => {
    const value = { a: [1, -5, 0, Number.MAX_SAFE_INTEGER, false, "é", ["x"]], b: {}, "": "" };
    expect(decodeCanonicalJson(encodeCanonicalJson(value))).toEqual(value);
  });

  it.each<[string, unknown]>([
    ["null", { a: null }],
    ["undefined", { a: undefined }],
    ["a fraction", { a: 0.5 }],
    ["an unsafe number", { a: 2 ** 53 }],
    ["not a number", { a: Number.NaN }],
    ["a big number", { a: 1n }],
    ["a function", { a: () => 1 }],
    ["a lone surrogate", { a: "\ud800" }],
    ["a lone surrogate in a name", { "\udc00": 1 }],
    ["text that is not NFC", { a: "e\u0301" }],
    ["a name that is not NFC", { "e\u0301": 1 }],
    ["a prototype by name", JSON.parse('{"__proto__":{"admin":true}}')],
    ["a hole in a list", { a: Array.from<undefined>({ length: 1 }) }],
    ["a list at the top", []],
    ["text at the top", "x"],
  ])("has no form for %s", (_what, value) => {
    // cast: what types forbid and plain JavaScript may pass
    expect(outcomeOf(() => encodeCanonicalJson(value as JsonObject))).toBe("sealed-box/invalid-json");
  });

  it("has four levels and no fifth, also of values that hold themselves", () => {
    expect(textOf({ a: { b: { c: {} } } })).toBe('{"a":{"b":{"c":{}}}}');
    expect(textOf({ a: [[[]]] })).toBe('{"a":[[[]]]}');
    expect(outcomeOf(() => textOf({ a: { b: { c: { d: {} } } } }))).toBe("sealed-box/invalid-json");
    expect(outcomeOf(() => textOf({ a: [[[[]]]] }))).toBe("sealed-box/invalid-json");
    const circular: Record<string, JsonObject> = {};
    circular["a"] = circular;
    expect(outcomeOf(() => textOf(circular))).toBe("sealed-box/invalid-json");
  });

  it.each([
    ['{"a":1,"a":1}', "a name twice"],
    ['{"a":1,"\\u0061":1}', "a name twice, spelled differently"],
    ['{"b":1,"a":1}', "another order"],
    ['{"a": 1}', "white space"],
    ['{"a":1} ', "white space at the end"],
    ['\ufeff{"a":1}', "a byte order mark"],
    ['{"a":1.0}', "another spelling of a number"],
    ['{"a":1e3}', "an exponent"],
    ['{"a":-0}', "minus zero"],
    ['{"a":"\\/"}', "a needless escape"],
    ['{"a":"\\u001F"}', "an escape in capitals"],
    ['{"a":"\\ud800"}', "a lone surrogate"],
    ['{"a":null}', "null"],
    ['{"__proto__":{}}', "a prototype by name"],
    ['{"a":1', "a missing end"],
    ["[]", "no object"],
    ["", "nothing"],
    ["[".repeat(60_000), "very many levels"],
  ])("is not read from %s", (text) => {
    expect(outcomeOf(() => decodeCanonicalJson(bytesOf(text)))).toBe("sealed-box/malformed-plaintext");
  });

  it("is not read from bytes that are not UTF-8", () => {
    const bytes = Uint8Array.of(0x7b, 0x22, 0xc3, 0x22, 0x3a, 0x31, 0x7d);
    expect(outcomeOf(() => decodeCanonicalJson(bytes))).toBe("sealed-box/malformed-plaintext");
  });

  it("is read up to its limit", () => {
    const ofLength = (lengthBytes: number) => encodeCanonicalJson({ a: "x".repeat(lengthBytes - 8) });
    const outcome = (lengthBytes: number) => outcomeOf(() => decodeCanonicalJson(ofLength(lengthBytes)));
    expect(outcome(sealedBoxLimits.jsonBytes - 1)).toBe("opened");
    expect(outcome(sealedBoxLimits.jsonBytes)).toBe("opened");
    expect(outcome(sealedBoxLimits.jsonBytes + 1)).toBe("sealed-box/malformed-plaintext");
  });

  it("keeps content out of every message", () => {
    const canary = "canary-7f3a";
    for (const run of [
      () => decodeCanonicalJson(bytesOf(`{"a":"${canary}" x}`)),
      () => encodeCanonicalJson({ [canary]: 0.5 }),
    ])
      expect(messageOf(run)).not.toContain(canary);
  });
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return `${String(error)} ${error instanceof Error ? error.stack : ""} ${JSON.stringify(error)}`;
  }
  throw new Error("nothing was thrown");
}
