import { expect, it } from "vitest";
import { commands } from "vitest/browser";

it("reads a vector file from a browser test", async () => {
  const file = await commands.readVector<{ readonly algorithm: string }>("wycheproof/x25519_test.json");
  expect(file.algorithm).toBe("XDH");
});

it("refuses a path that leaves the vectors", async () => {
  await expect(commands.readVector("../DESIGN.md")).rejects.toThrow("outside");
});
