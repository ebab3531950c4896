import { loadBrowserPrimitives } from "@coterie/primitives/browser";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { portablePrimitives } from "@coterie/primitives/portable";
import { expect, it } from "vitest";
import { describeRefusals } from "./suites/refusals.ts";
import { acceptedOddSignatures, oddSignatures, verdictsOf } from "./suites/signature-rule.ts";

const backends = [nodePrimitives, await loadBrowserPrimitives(), portablePrimitives];

for (const primitives of backends) describeRefusals(primitives, systemRandom);

// Check A3 of the security bar.
it("accepts the same odd Ed25519 signatures on every backend", () => {
  const odd = oddSignatures();
  const verdicts = backends.map((primitives) => verdictsOf(primitives, odd));
  expect(odd).toHaveLength(8 * 8 * 4 * 2 + 24);
  expect(verdicts[1]).toBe(verdicts[0]);
  expect(verdicts[2]).toBe(verdicts[0]);
  const accepted = odd.filter((_, i) => verdicts[0]?.[i] === "1").map(({ what }) => what);
  expect(accepted).toContain("a=12345 T0, r=67890 T0");
  expect(accepted).toHaveLength(acceptedOddSignatures);
  for (const what of accepted) expect(what).toMatch(/^a=12345 T\d, r=67890 T\d$/);
});

it("never throws for keys and signatures of other lengths", () => {
  for (const primitives of backends) {
    for (const length of [0, 1, 31, 32, 33, 63, 64, 65, 128]) {
      const bytes = new Uint8Array(length).fill(1);
      expect(primitives.verify(bytes, bytes, bytes)).toBe(false);
    }
  }
});
