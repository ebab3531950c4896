import { loadBrowserPrimitives, systemRandom } from "@coterie/primitives/browser";
import { portablePrimitives } from "@coterie/primitives/portable";
import { commands } from "vitest/browser";
import { describeKemAnswers } from "./suites/kem-answers.ts";
import { describeKnownAnswers } from "./suites/known-answers.ts";
import { describeLatticeAnswers } from "./suites/lattice-answers.ts";
import type { ReadVector } from "./suites/vectors.ts";
import { describeXeddsaAnswers } from "./suites/xeddsa-answers.ts";

const readVector: ReadVector = async (path) => await commands.readVector(path);
const read = await commands.readVector("NOTES.md").then(
  () => readVector,
  () => undefined,
);

for (const primitives of [await loadBrowserPrimitives(), portablePrimitives]) {
  describeKnownAnswers(primitives, read);
  describeLatticeAnswers(primitives, read);
  describeXeddsaAnswers(primitives, read);
  describeKemAnswers(primitives, { read, systemRandom });
}
