/**
 * Known answers of the lattice below Kyber1024 and ML-KEM-768 in parts. NIST's vectors of ML-KEM-1024 judge the encryption that
 * Kyber1024 shares with it; what round 3 hashes differently is judged by another implementation (conformance/interop).
 */
import { concatBytes, encodeHex } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { sha3_256, sha3_512 } from "@noble/hashes/sha3.js";
import { describe, expect, it } from "vitest";
import { scriptKeccak } from "../../src/lattice/keccak.ts";
import { createLatticeEncryption } from "../../src/lattice/public-key-encryption.ts";
import { readAcvp } from "./kem-answers.ts";
import { counting, hex, type ReadVector } from "./vectors.ts";

const invalidKey = expect.objectContaining({ code: "primitives/invalid-public-key" });

/** Describes the suite for one backend. */
export function describeLatticeAnswers(primitives: Primitives, read: ReadVector | undefined): void {
  const { mlKem768, mlKem768Parts: parts, kyber1024 } = primitives;
  const drawing = (bytes: Uint8Array) => ({ fill: (target: Uint8Array) => target.set(bytes) });

  // skip: the folder of vectors is no part of the repository
  describe.skipIf(read === undefined)(`lattices against NIST's ACVP, ${primitives.backend} backend`, () => {
    const readVector = read as ReadVector; // cast: the suite is skipped without it

    it("are ML-KEM-768 when the parts are put together", async () => {
      const tests = await readAcvp(readVector, {
        folder: "ML-KEM-encapDecap-FIPS203",
        name: "ML-KEM-768",
        job: "encapsulation",
      });
      expect(tests).toHaveLength(25);
      for (const [{ ek = "", m = "" }, { c, k }] of tests) {
        const publicKey = hex(ek);
        const [vector, matrixSeed] = [publicKey.subarray(0, 1152), publicKey.subarray(1152)];
        const header = concatBytes(matrixSeed, sha3_256(publicKey));
        const made = parts.encapsulateFirst(drawing(hex(m)), header);
        const second = parts.encapsulateSecond(made.state, { header, vector });
        expect(encodeHex(concatBytes(made.first, second))).toBe(c?.toLowerCase());
        expect(encodeHex(made.sharedSecret.exposeSecretBytes())).toBe(k?.toLowerCase());
      }
    });

    it("make the keys and ciphertexts of ML-KEM-1024 under Kyber1024", async () => {
      const lattice = createLatticeEncryption(scriptKeccak, { rank: 4, firstPartBits: 11, secondPartBits: 5 });
      const [generation, encapsulation] = await Promise.all([
        readAcvp(readVector, { folder: "ML-KEM-keyGen-FIPS203", name: "ML-KEM-1024", job: undefined }),
        readAcvp(readVector, { folder: "ML-KEM-encapDecap-FIPS203", name: "ML-KEM-1024", job: "encapsulation" }),
      ]);
      expect([generation.length, encapsulation.length]).toEqual([25, 25]);
      for (const [{ d = "" }, { ek }] of generation) {
        const expanded = sha3_512(concatBytes(hex(d), Uint8Array.of(4)));
        const matrix = expanded.subarray(0, 32);
        const { publicVector } = lattice.deriveKeyPair({ matrix, noise: expanded.subarray(32) });
        expect(encodeHex(concatBytes(publicVector, matrix))).toBe(ek?.toLowerCase());
      }
      for (const [{ ek = "", m = "" }, { c }] of encapsulation) {
        const [publicKey, message] = [hex(ek), hex(m)];
        const coins = sha3_512(concatBytes(message, sha3_256(publicKey))).subarray(32);
        const publicVector = publicKey.subarray(0, 1536);
        const ciphertext = concatBytes(
          lattice.encryptFirst({ matrixSeed: publicKey.subarray(1536), coins }),
          lattice.encryptSecond({ publicVector, coins, message }),
        );
        expect(encodeHex(ciphertext)).toBe(c?.toLowerCase());
      }
    });
  });

  describe(`ML-KEM-768 in parts, ${primitives.backend} backend`, () => {
    const pair = parts.deriveKeyPair(counting(0, 64));
    const made = parts.encapsulateFirst(drawing(counting(7, 32)), pair.header);
    const second = parts.encapsulateSecond(made.state, pair);

    it("agrees with the whole", () => {
      const whole = mlKem768.deriveKeyPair(counting(0, 64));
      expect(concatBytes(pair.vector, pair.header.subarray(0, 32))).toEqual(whole.publicKey);
      const opened = mlKem768.decapsulate(whole.secretKey, concatBytes(made.first, second));
      expect(opened.exposeSecretBytes()).toEqual(made.sharedSecret.exposeSecretBytes());
      const again = parts.decapsulate(pair.secretKey, { first: made.first, second });
      expect(again.exposeSecretBytes()).toEqual(made.sharedSecret.exposeSecretBytes());
    });

    it("gives another secret where a part was changed, and refuses parts of other lengths", () => {
      const changed = made.first.slice();
      changed[9] = (changed[9] ?? 0) ^ 1;
      const opened = parts.decapsulate(pair.secretKey, { first: changed, second });
      expect(opened.exposeSecretBytes()).not.toEqual(made.sharedSecret.exposeSecretBytes());
      expect(() => parts.decapsulate(pair.secretKey, { first: second, second: made.first })).toThrow(
        expect.objectContaining({ code: "primitives/authentication-failed" }),
      );
    });

    it("refuses a vector that does not belong to the header, or is not reduced under a header of its own", () => {
      const other = pair.vector.slice();
      other[0] = (other[0] ?? 0) ^ 1;
      expect(() => parts.checkVector(pair.header, other)).toThrow(invalidKey);
      expect(() => parts.encapsulateSecond(made.state, { header: pair.header, vector: other })).toThrow(invalidKey);
      const unreduced = pair.vector.slice();
      unreduced.set([0xff, 0xff, 0xff]);
      const matrixSeed = pair.header.subarray(0, 32);
      const header = concatBytes(matrixSeed, sha3_256(concatBytes(unreduced, matrixSeed)));
      expect(() => parts.checkVector(header, unreduced)).toThrow("not reduced");
      expect(() => parts.checkVector(pair.header, pair.vector)).not.toThrow();
    });
  });

  describe(`Kyber1024, ${primitives.backend} backend`, () => {
    const pair = kyber1024.deriveKeyPair(counting(0, 64));

    it("agrees, and gives an unrelated secret for a changed ciphertext", () => {
      const { ciphertext, sharedSecret } = kyber1024.encapsulate(drawing(counting(3, 32)), pair.publicKey);
      expect([pair.publicKey.length, ciphertext.length]).toEqual([1568, 1568]);
      const opened = kyber1024.decapsulate(pair.secretKey, ciphertext).exposeSecretBytes();
      expect(opened).toEqual(sharedSecret.exposeSecretBytes());
      for (const index of [0, 1407, 1408, 1567]) {
        const changed = ciphertext.slice();
        changed[index] = (changed[index] ?? 0) ^ 0x10;
        const refused = kyber1024.decapsulate(pair.secretKey, changed).exposeSecretBytes();
        expect(refused).not.toEqual(opened);
        expect(kyber1024.decapsulate(pair.secretKey, changed).exposeSecretBytes()).toEqual(refused);
      }
    });

    it("refuses keys that are not reduced, and other lengths", () => {
      const unreduced = pair.publicKey.slice();
      unreduced.set([0xff, 0xff, 0xff]);
      const random = drawing(counting(3, 32));
      expect(() => kyber1024.encapsulate(random, unreduced)).toThrow(invalidKey);
      expect(() => kyber1024.encapsulate(random, pair.publicKey.subarray(1))).toThrow(invalidKey);
      expect(() => kyber1024.decapsulate(pair.secretKey, new Uint8Array(1567))).toThrow(
        expect.objectContaining({ code: "primitives/authentication-failed" }),
      );
    });
  });
}
