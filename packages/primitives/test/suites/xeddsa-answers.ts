/** Known answers of XEdDSA, and the border of its keys. */
import { concatBytes, encodeHex } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { describe, expect, it } from "vitest";
import { counting, hex, type ReadVector } from "./vectors.ts";

interface XeddsaFile {
  readonly numberOfTests: number;
  readonly tests: readonly {
    readonly tcId: number;
    readonly privateKey?: string;
    readonly publicKey: string;
    readonly random?: string;
    readonly msg: string;
    readonly sig: string;
    readonly result: "valid" | "acceptable" | "invalid";
  }[];
}

/** Describes the suite for one backend. */
export function describeXeddsaAnswers(primitives: Primitives, read: ReadVector | undefined): void {
  // skip: the folder of vectors is no part of the repository
  describe.skipIf(read === undefined)(`XEdDSA, ${primitives.backend} backend`, () => {
    const readVector = read as ReadVector; // cast: the suite is skipped without it

    it("judges as the vectors do; where they leave it open, it refuses", async () => {
      const file = await readVector<XeddsaFile>("xeddsa/xeddsa.json");
      expect(file.tests).toHaveLength(file.numberOfTests);
      for (const { tcId, publicKey, msg, sig, result } of file.tests) {
        const verdict = primitives.verifyWithAgreementKey(hex(publicKey), hex(msg), hex(sig));
        expect([tcId, verdict]).toEqual([tcId, result === "valid"]);
      }
    });

    it("signs what it verifies, with the keys of the vectors, and the known answer byte for byte", async () => {
      const { tests } = await readVector<XeddsaFile>("xeddsa/xeddsa.json");
      for (const { privateKey, publicKey, msg } of tests.slice(0, 20)) {
        if (privateKey === undefined) continue;
        const pair = primitives.deriveAgreementKeyPair(hex(privateKey));
        expect(encodeHex(pair.publicKey)).toBe(publicKey);
        const signature = primitives.signWithAgreementKey(pair.secretKey, {
          message: hex(msg),
          random: counting(0, 64),
        });
        expect(primitives.verifyWithAgreementKey(pair.publicKey, hex(msg), signature)).toBe(true);
        expect(
          primitives.verifyWithAgreementKey(pair.publicKey, concatBytes(hex(msg), counting(0, 1)), signature),
        ).toBe(false);
      }
      // The first one is by the specification, which negates the key instead of sending the sign: R differs.
      const known = tests.filter(({ random }) => random !== undefined).at(-1);
      const { secretKey } = primitives.deriveAgreementKeyPair(hex(known?.privateKey ?? ""));
      const signature = primitives.signWithAgreementKey(secretKey, {
        message: hex(known?.msg ?? ""),
        random: hex(known?.random ?? ""),
      });
      expect(encodeHex(signature)).toBe(known?.sig);
    });
  });

  describe(`keys of the prime-order group, ${primitives.backend} backend`, () => {
    it("are taken", () => {
      for (let i = 0; i < 20; i++) {
        const { publicKey } = primitives.deriveAgreementKeyPair(counting(i, 32));
        expect(() => primitives.checkPrimeOrderPublicKey(publicKey)).not.toThrow();
      }
    });

    it("are told from keys with a part of small order, on the twist, of small order and not canonical", () => {
      const refused = [
        // The key of counting(0, 32) plus a point of order 2, 4 and 8.
        ...torsioned,
        // No point of the curve has this u.
        "0200000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      ];
      for (const key of refused) {
        expect(() => primitives.checkPrimeOrderPublicKey(hex(key))).toThrow(
          expect.objectContaining({ code: "primitives/invalid-public-key" }),
        );
      }
    });
  });
}

/** Made once with an independent implementation of the curve in integers. */
const torsioned: readonly string[] = [
  "5be15c7f1c5a05ccaf6c1d2c913baf3f4fcc7db06d9bca9f941d2a6ad1bc690d",
  "126fc8e2339b944290108adb436f419216d09f49a803cbee59105115e7d67d6b",
  "4bccf87523680f38820e85a5956f1dba2bd9564dc8a92bf395b8996f41ce724a",
];
