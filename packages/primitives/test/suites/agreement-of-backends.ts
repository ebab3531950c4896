/** Properties over all backends at once: equal bytes for equal input, and no flipped bit that passes. */
import { type Bytes, concatBytes, encodeHex, SecretKey } from "@coterie/bytes";
import { AuthenticationFailedError, type Primitives, type RandomSource } from "@coterie/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const bytes = (lengthBytes: number) => fc.uint8Array({ minLength: lengthBytes, maxLength: lengthBytes }).map(own);
const anyBytes = (maxLength: number) => fc.uint8Array({ maxLength }).map(own);

/** Describes the properties; the first backend is compared with each of the others. */
export function describeAgreementOfBackends(backends: readonly Primitives[]): void {
  const names = backends.map(({ backend }) => backend).join(", ");
  const distinct = (compute: (primitives: Primitives) => Uint8Array): readonly string[] => [
    ...new Set(backends.map((primitives) => encodeHex(compute(primitives)))),
  ];

  describe(`equal bytes on ${names}`, () => {
    it("hashes and derives keys", () => {
      fc.assert(
        fc.property(
          anyBytes(300),
          anyBytes(200),
          anyBytes(100),
          fc.integer({ min: 1, max: 500 }),
          (a, b, c, length) => {
            const input = { secret: a, salt: b, info: c, lengthBytes: length };
            expect(
              distinct((p) =>
                concatBytes(
                  p.sha256(a),
                  p.sha512(a),
                  p.hmacSha256(b, a),
                  p.hmacSha512(b, a),
                  p.hkdfSha256(input),
                  p.hkdfSha512(input),
                ),
              ),
            ).toHaveLength(1);
          },
        ),
        { numRuns: 100 },
      );
    });

    it("computes HMACs where a backend changes its way: around a block of key, and from short to long messages", () => {
      const counting = Uint8Array.from({ length: 2100 }, (_, i) => i % 251);
      for (const keyLength of [0, 1, 32, 63, 64, 65]) {
        for (const messageLength of [0, 1, 55, 56, 64, 191, 192, 193, 1100, 2047, 2048, 2049]) {
          const [key, message] = [counting.subarray(7, 7 + keyLength), counting.subarray(0, messageLength)];
          expect(distinct((p) => concatBytes(p.hmacSha256(key, message), p.hmacSha512(key, message)))).toHaveLength(1);
        }
      }
    });

    it("agrees and boxes", () => {
      fc.assert(
        fc.property(bytes(32), bytes(32), bytes(24), anyBytes(300), (mine, theirs, nonce, plain) => {
          expect(
            distinct((p) => {
              const [alice, bob] = [p.deriveAgreementKeyPair(mine), p.deriveAgreementKeyPair(theirs)];
              const key = p.deriveBoxKey(alice.secretKey, bob.publicKey);
              const sealed = p.encryptBox(key, nonce, plain);
              expect(p.decryptBox(p.deriveBoxKey(bob.secretKey, alice.publicKey), nonce, sealed)).toEqual(plain);
              const agreed = p.agree(alice.secretKey, bob.publicKey).exposeSecretBytes();
              return concatBytes(alice.publicKey, bob.publicKey, agreed, key.exposeSecretBytes(), sealed);
            }),
          ).toHaveLength(1);
        }),
        { numRuns: 30 },
      );
    });

    it("signs with agreement keys", () => {
      fc.assert(
        fc.property(bytes(32), bytes(64), anyBytes(300), (secret, random, message) => {
          expect(
            distinct((p) => {
              const { publicKey, secretKey } = p.deriveAgreementKeyPair(secret);
              const signature = p.signWithAgreementKey(secretKey, { message, random });
              expect(p.verifyWithAgreementKey(publicKey, message, signature)).toBe(true);
              return signature;
            }),
          ).toHaveLength(1);
        }),
        { numRuns: 20 },
      );
    });

    it("encrypts with every AEAD and with AES-CBC", () => {
      fc.assert(
        fc.property(bytes(32), bytes(24), anyBytes(300), anyBytes(100), (key, random, plain, associatedData) => {
          expect(
            distinct((p) =>
              concatBytes(
                ...[p.xchacha20Poly1305, p.chacha20Poly1305, p.aes256Gcm].map((aead) => {
                  const nonce = random.subarray(0, aead.nonceLengthBytes);
                  const ciphertext = aead.encrypt({ key, nonce, plain, associatedData });
                  expect(aead.decrypt({ key, nonce, ciphertext, associatedData })).toEqual(plain);
                  return ciphertext;
                }),
                p.encryptAes256Cbc(key, random.subarray(0, 16), plain),
              ),
            ),
          ).toHaveLength(1);
        }),
        { numRuns: 100 },
      );
    });

    it("signs, and verifies what the others signed", () => {
      fc.assert(
        fc.property(bytes(32), anyBytes(300), fc.nat(), (seed, message, bit) => {
          const pairs = backends.map((p) => p.deriveSigningKeyPair(seed));
          expect(
            distinct((p) => {
              const pair = p.deriveSigningKeyPair(seed);
              const signature = p.sign(pair.secretKey, message);
              for (const { publicKey } of pairs) {
                expect(p.verify(publicKey, message, signature)).toBe(true);
                expect(p.verify(publicKey, message, withFlippedBit(signature, bit))).toBe(false);
                expect(p.verify(withFlippedBit(publicKey, bit), message, signature)).toBe(false);
                if (message.length > 0)
                  expect(p.verify(publicKey, withFlippedBit(message, bit), signature)).toBe(false);
              }
              return concatBytes(pair.publicKey, signature);
            }),
          ).toHaveLength(1);
        }),
        { numRuns: 25 },
      );
    });

    it("encapsulates and decapsulates with both parameter sets, also what was changed", () => {
      fc.assert(
        fc.property(bytes(64), bytes(32), fc.nat(), (seed, message, bit) => {
          const random: RandomSource = { fill: (target) => target.set(message) };
          expect(
            distinct((p) =>
              concatBytes(
                ...[p.mlKem768, p.mlKem1024].flatMap((kem) => {
                  const pair = kem.deriveKeyPair(seed);
                  const { ciphertext, sharedSecret } = kem.encapsulate(random, pair.publicKey);
                  const opened = kem.decapsulate(pair.secretKey, ciphertext).exposeSecretBytes();
                  expect(opened).toEqual(sharedSecret.exposeSecretBytes());
                  const rejected = kem.decapsulate(pair.secretKey, withFlippedBit(ciphertext, bit)).exposeSecretBytes();
                  expect(rejected).not.toEqual(opened);
                  return [pair.publicKey, ciphertext, opened, rejected];
                }),
              ),
            ),
          ).toHaveLength(1);
        }),
        { numRuns: 8 },
      );
    });

    it("encapsulates and decapsulates with Kyber and with ML-KEM in parts, also what was changed", () => {
      fc.assert(
        fc.property(bytes(64), bytes(32), fc.nat(), (seed, message, bit) => {
          const random: RandomSource = { fill: (target) => target.set(message) };
          expect(
            distinct(({ kyber1024, mlKem768Parts }) => {
              const pair = kyber1024.deriveKeyPair(seed);
              const { ciphertext, sharedSecret } = kyber1024.encapsulate(random, pair.publicKey);
              const opened = kyber1024.decapsulate(pair.secretKey, ciphertext).exposeSecretBytes();
              expect(opened).toEqual(sharedSecret.exposeSecretBytes());
              const refused = kyber1024.decapsulate(pair.secretKey, withFlippedBit(ciphertext, bit));
              const { header, vector } = mlKem768Parts.deriveKeyPair(seed);
              const { first, state } = mlKem768Parts.encapsulateFirst(random, header);
              const second = mlKem768Parts.encapsulateSecond(state, { header, vector });
              const kyber = [pair.publicKey, ciphertext, opened, refused.exposeSecretBytes()];
              return concatBytes(...kyber, header, vector, first, second);
            }),
          ).toHaveLength(1);
        }),
        { numRuns: 12 },
      );
    });

    it("derives keys from passphrases", () => {
      const cost = { memoryKiB: fc.integer({ min: 8, max: 200 }), passes: fc.integer({ min: 1, max: 3 }) };
      fc.assert(
        fc.property(
          fc.record({
            ...cost,
            passphrase: anyBytes(80),
            salt: bytes(16),
            lengthBytes: fc.integer({ min: 16, max: 100 }),
          }),
          (input) => {
            expect(distinct((p) => p.argon2id(input))).toHaveLength(1);
          },
        ),
        { numRuns: 10 },
      );
    });

    it("refuses every flipped bit of a ciphertext, a nonce and associated data", () => {
      fc.assert(
        fc.property(bytes(32), bytes(24), anyBytes(40), bytes(8), fc.nat(), (key, random, plain, context, bit) => {
          for (const p of backends) {
            for (const aead of [p.xchacha20Poly1305, p.chacha20Poly1305, p.aes256Gcm]) {
              const nonce = random.slice(0, aead.nonceLengthBytes);
              const input = { key, nonce, associatedData: context };
              const ciphertext = aead.encrypt({ ...input, plain });
              for (const change of [
                { ciphertext: withFlippedBit(ciphertext, bit) },
                { nonce: withFlippedBit(nonce, bit) },
                { key: withFlippedBit(key, bit) },
                { associatedData: withFlippedBit(context, bit) },
                { ciphertext: concatBytes(ciphertext, Uint8Array.of(0)) },
              ]) {
                expect(() => aead.decrypt({ ...input, ciphertext, ...change })).toThrow(AuthenticationFailedError);
              }
            }
            const boxKey = SecretKey.copyOf("box", key);
            const sealed = p.encryptBox(boxKey, random, plain);
            expect(() => p.decryptBox(boxKey, random, withFlippedBit(sealed, bit))).toThrow(AuthenticationFailedError);
          }
        }),
        { numRuns: 50 },
      );
    });

    it("returns bytes in memory of their own, and leaves its input as it was", () => {
      const [key, nonce, plain] = [new Uint8Array(32).fill(1), new Uint8Array(24).fill(2), new Uint8Array(40).fill(3)];
      const associatedData = new Uint8Array(5).fill(4);
      for (const p of backends) {
        const ciphertext = p.xchacha20Poly1305.encrypt({ key, nonce, plain, associatedData });
        const boxed = p.encryptBox(SecretKey.copyOf("box", key), nonce, plain);
        const results = [
          p.sha256(plain),
          p.hmacSha512(key, plain),
          ciphertext,
          p.xchacha20Poly1305.decrypt({ key, nonce, ciphertext, associatedData }),
          boxed,
          p.decryptBox(SecretKey.copyOf("box", key), nonce, boxed),
          p.encryptAes256Cbc(key, nonce.subarray(0, 16), plain),
          p.deriveSigningKeyPair(key).publicKey,
          p.deriveAgreementKeyPair(key).publicKey,
          p.mlKem768.deriveKeyPair(new Uint8Array(64)).publicKey,
        ];
        for (const result of results) {
          expect(result.buffer.byteLength).toBe(result.length);
          expect(Object.getPrototypeOf(result)).toBe(Uint8Array.prototype);
        }
        expect([key[31], nonce[23], plain[39], associatedData[4]]).toEqual([1, 2, 3, 4]);
      }
    });
  });
}

function own(view: Uint8Array): Bytes {
  return Uint8Array.from(view);
}

function withFlippedBit(source: Bytes, seed: number): Bytes {
  const changed = Uint8Array.from(source);
  const bit = seed % (changed.length * 8);
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return changed;
}
