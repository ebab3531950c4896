import { describe, expect, it } from "vitest";
import { normaliseText } from "../src/text.ts";

/** What normalising does, said slowly: for text whose characters are all allowed. */
function normalisedSlowly(text: string): string {
  return text
    .split(/[\t-\r \u00a0]+/)
    .filter((word) => word !== "")
    .join(" ")
    .normalize("NFC");
}

describe("normalising text that needs nothing done", () => {
  it("gives what normalising in full gives, for every short text of ASCII, spaces and accents", () => {
    const alphabet = ["a", "~", "!", " ", "\t", "\u00a0", "e\u0301", "é"];
    let texts = [""];
    for (let length = 0; length < 5; length++) {
      texts = texts.flatMap((text) => alphabet.map((letter) => text + letter));
      for (const text of texts) expect(normaliseText(text)).toEqual({ kind: "text", text: normalisedSlowly(text) });
    }
    expect(normaliseText("")).toEqual({ kind: "text", text: "" });
  });

  it("still refuses each control character, alone and inside", () => {
    for (const code of [...Array(9).keys(), 0x0e, 0x1b, 0x1f, 0x7f, 0x80, 0x9f]) {
      const character = String.fromCharCode(code);
      for (const text of [character, `a${character}`, `${character}b`, `a ${character} b`])
        expect(normaliseText(text)).toEqual({ kind: "forbidden-character" });
    }
  });

  it("takes time in proportion to the length, also where it nearly fits", () => {
    const start = process.cpuUsage();
    for (let i = 0; i < 200; i++) normaliseText(`${"a ".repeat(500)}\u0301`);
    const { user } = process.cpuUsage(start);
    expect(user).toBeLessThan(2_000_000);
  });
});
