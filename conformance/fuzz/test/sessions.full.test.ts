import { describe, expect, it } from "vitest";
import { attack } from "../src/attack.ts";
import { sessionFormats } from "./session-formats.ts";

/** Opening a first message costs milliseconds, and nearly all bytes are a KEM key; the others share what is left of a million. */
const countOf = (name: string): number => ({ "first message": 40_000, "KEM key or ciphertext": 5000 })[name] ?? 106_200;

describe("a million mutants of sessions", () => {
  it.each(sessionFormats)(
    "are refused with an error of ours: $name",
    (format) => {
      const mutants = countOf(format.name);
      expect(attack(format, mutants)).toMatchObject({ mutants, accepted: 0, foreignErrors: 0, failure: undefined });
    },
    1_800_000,
  );
});
