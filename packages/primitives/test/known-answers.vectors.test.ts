import { existsSync } from "node:fs";
import { encodeHex } from "@coterie/bytes";
import { loadBrowserPrimitives } from "@coterie/primitives/browser";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { portablePrimitives } from "@coterie/primitives/portable";
import { ml_kem768, ml_kem1024 } from "@noble/post-quantum/ml-kem.js";
import { describe, expect, it } from "vitest";
import { readVector, vectorsDirectory } from "../../../tools/src/vectors.ts";
import { describeKemAnswers, fieldsOf } from "./suites/kem-answers.ts";
import { describeKnownAnswers } from "./suites/known-answers.ts";
import { describeLatticeAnswers } from "./suites/lattice-answers.ts";
import { hex } from "./suites/vectors.ts";
import { describeXeddsaAnswers } from "./suites/xeddsa-answers.ts";

const present = existsSync(vectorsDirectory());
const read = present ? async <Shape>(path: string) => readVector<Shape>(path) : undefined;

for (const primitives of [nodePrimitives, await loadBrowserPrimitives(), portablePrimitives]) {
  describeKnownAnswers(primitives, read);
  describeLatticeAnswers(primitives, read);
  describeXeddsaAnswers(primitives, read);
  describeKemAnswers(primitives, { read, systemRandom });
}

// These name expanded secret keys, which our interface does not take: they test the library below the portable backend.
// skip: the folder of vectors is no part of the repository
describe.skipIf(!present)("ML-KEM with expanded keys", () => {
  it.each([
    ["ML-KEM-768", ml_kem768],
    ["ML-KEM-1024", ml_kem1024],
  ] as const)("decapsulates as ACVP and CCTV's strcmp do with %s", (name, library) => {
    interface File {
      readonly testGroups: readonly {
        readonly tgId: number;
        readonly parameterSet?: string;
        readonly function?: string;
        readonly dk?: string;
        readonly tests: readonly { readonly c: string; readonly k: string }[];
      }[];
    }
    const place = "acvp/kem/mlkem/testdata/ML-KEM-encapDecap-FIPS203";
    const prompt = readVector<File>(`${place}/prompt.json.gz`).testGroups.find(
      (group) => group.parameterSet === name && group.function === "decapsulation",
    );
    const expected = readVector<File>(`${place}/expectedResults.json.gz`).testGroups.find(
      (group) => group.tgId === prompt?.tgId,
    );
    expect(prompt?.tests).toHaveLength(10);
    prompt?.tests.forEach(({ c }, i) => {
      const shared = library.decapsulate(hex(c), hex(prompt.dk ?? ""));
      expect(encodeHex(shared)).toBe(expected?.tests[i]?.k.toLowerCase());
    });
    const strcmp = fieldsOf(readVector<string>(`cctv/ML-KEM/strcmp/${name}.txt`));
    expect(encodeHex(library.decapsulate(hex(strcmp["c"] ?? ""), hex(strcmp["dk"] ?? "")))).toBe(strcmp["K"]);
  });
});
