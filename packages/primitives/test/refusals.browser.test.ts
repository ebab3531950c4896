import { loadBrowserPrimitives, systemRandom } from "@coterie/primitives/browser";
import { portablePrimitives } from "@coterie/primitives/portable";
import { expect, it } from "vitest";
import { describeRefusals } from "./suites/refusals.ts";
import { acceptedOddSignatures, oddSignatures, verdictsOf } from "./suites/signature-rule.ts";

const backends = [await loadBrowserPrimitives(), portablePrimitives];

for (const primitives of backends) describeRefusals(primitives, systemRandom);

it("accepts the same odd Ed25519 signatures on every backend", () => {
  const odd = oddSignatures();
  const [browser, portable] = backends.map((primitives) => verdictsOf(primitives, odd));
  expect(portable).toBe(browser);
  expect(browser?.replaceAll("0", "")).toHaveLength(acceptedOddSignatures);
});
