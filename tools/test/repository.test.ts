import { describe, expect, it } from "vitest";
import { servicesAreRequired } from "../src/repository.ts";
import { readVector, readVectorBytes } from "../src/vectors.ts";

describe("vectors", () => {
  it("reads a JSON file", () => {
    expect(readVector<{ algorithm: string }>("wycheproof/x25519_test.json").algorithm).toBe("XDH");
  });

  it("refuses a path that leaves the folder", () => {
    expect(() => readVectorBytes("../DESIGN.md")).toThrow("outside");
  });
});

describe("services", () => {
  it("are required only when told so", () => {
    expect(servicesAreRequired({})).toBe(false);
    expect(servicesAreRequired({ COTERIE_REQUIRE_SERVICES: "1" })).toBe(true);
  });
});
