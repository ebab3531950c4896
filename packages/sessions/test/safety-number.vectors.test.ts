import { existsSync } from "node:fs";
import { decodeHex, encodeHex } from "@coterie/bytes";
import { nodePrimitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import { readVector, vectorsDirectory } from "../../../tools/src/vectors.ts";
import { decodeAgreementKey, deriveSafetyNumber, matchesScannedSafetyNumber } from "../src/index.ts";

interface SafetyNumberFile {
  readonly numberOfTests: number;
  readonly tests: readonly {
    readonly localId: string;
    readonly localKey: string;
    readonly remoteId: string;
    readonly remoteKey: string;
    readonly display: string;
    readonly scannable: string;
  }[];
}

// skip: the folder of vectors is no part of the repository
describe.skipIf(!existsSync(vectorsDirectory()))("safety numbers", () => {
  it("are those of another implementation, and match from both sides alone", () => {
    const { tests, numberOfTests } = readVector<SafetyNumberFile>("signal/safety_numbers.json");
    expect(tests).toHaveLength(numberOfTests);
    for (const { localId, localKey, remoteId, remoteKey, display, scannable } of tests) {
      const local = { identifier: decodeHex(localId), identityKey: decodeAgreementKey(decodeHex(localKey)) };
      const remote = { identifier: decodeHex(remoteId), identityKey: decodeAgreementKey(decodeHex(remoteKey)) };
      const mine = deriveSafetyNumber(nodePrimitives, { local, remote });
      expect([mine.digits, encodeHex(mine.scannable)]).toEqual([display, scannable]);
      const theirs = deriveSafetyNumber(nodePrimitives, { local: remote, remote: local });
      expect(theirs.digits).toBe(mine.digits);
      expect(matchesScannedSafetyNumber(mine, theirs.scannable)).toBe(true);
      expect(matchesScannedSafetyNumber(mine, mine.scannable)).toBe(false);
    }
  });
});
