import { describe, expect, it } from "vitest";
import { attack } from "../src/attack.ts";
import { sessionFormats } from "./session-formats.ts";

describe("1,500 mutants of sessions", () => {
  it.each(sessionFormats)("are refused with an error of ours, each in time: $name", (format) => {
    // Nearly all bytes are a KEM key, so that mutants are rare.
    const mutants = format.name === "KEM key or ciphertext" ? 150 : 1500;
    const figures = attack(format, mutants);
    expect(figures).toMatchObject({ mutants, accepted: 0, foreignErrors: 0, failure: undefined });
    expect(figures.slowestMs).toBeLessThan(500);
  });
});
