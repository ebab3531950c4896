/** What every backend must refuse: bad public keys, cut tags, other keys, wrong lengths. */
import { type Bytes, concatBytes, decodeHex, encodeHex, encodeUtf8, SecretKey } from "@coterie/bytes";
import {
  type Aead,
  AuthenticationFailedError,
  generateAgreementKeyPair,
  InvalidParameterError,
  InvalidPublicKeyError,
  type Primitives,
  type RandomSource,
  randomBytes,
} from "@coterie/primitives";
import { describe, expect, it } from "vitest";

const zeros = "00".repeat(30);

/** Encodings that must never be agreed with: low order, not canonical, or both. */
export const badAgreementKeys: Readonly<Record<string, string>> = {
  zero: `00${zeros}00`,
  one: `01${zeros}00`,
  "order 8": "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "the other of order 8": "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "p - 1, of order 4": `ec${"ff".repeat(30)}7f`,
  "p, which is zero": `ed${"ff".repeat(30)}7f`,
  "p + 1, which is one": `ee${"ff".repeat(30)}7f`,
  "p + 9, which is the base point": `f6${"ff".repeat(30)}7f`,
  "2^255 - 1, which is 18": `${"ff".repeat(31)}7f`,
  "zero with the top bit": `00${zeros}80`,
  "one with the top bit": `01${zeros}80`,
  "the base point with the top bit": `09${zeros}80`,
  "order 8 with the top bit": "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880",
  "the other of order 8 with the top bit": "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
  "order 8 plus p": "cdeb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880",
  "the other of order 8 plus p": "4c9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
  "2p - 1": `d9${"ff".repeat(31)}`,
  "2p": `da${"ff".repeat(31)}`,
  "2p + 1": `db${"ff".repeat(31)}`,
  "p - 1 with the top bit": `ec${"ff".repeat(31)}`,
  "2^256 - 1": "ff".repeat(32),
};

/** Describes the suite for one backend. */
export function describeRefusals(primitives: Primitives, random: RandomSource): void {
  describe(`refusals, ${primitives.backend} backend`, () => {
    describeBadKeys(primitives, random);
    describeTags(primitives, random);
    describeOtherKeys(primitives, random);
    describeLengths(primitives, random);
  });
}

// Check A4 of the security bar.
function describeBadKeys(primitives: Primitives, random: RandomSource): void {
  it.each(Object.entries(badAgreementKeys))("refuses the public key %s", (_what, encoded) => {
    const key = decodeHex(encoded);
    const { secretKey } = generateAgreementKeyPair(primitives, random);
    expect(() => primitives.checkAgreementPublicKey(key)).toThrow(InvalidPublicKeyError);
    expect(() => primitives.agree(secretKey, key)).toThrow(InvalidPublicKeyError);
    expect(() => primitives.deriveBoxKey(secretKey, key)).toThrow(InvalidPublicKeyError);
  });

  it("takes the largest and the smallest keys that are good", () => {
    const { secretKey } = generateAgreementKeyPair(primitives, random);
    for (const good of [`02${zeros}00`, `09${zeros}00`, `eb${"ff".repeat(30)}7f`]) {
      primitives.checkAgreementPublicKey(decodeHex(good));
      expect(primitives.agree(secretKey, decodeHex(good)).exposeSecretBytes()).toHaveLength(32);
    }
  });

  it.each([0, 31, 33, 64])("refuses public keys of %i bytes", (lengthBytes) => {
    const key = randomBytes(random, lengthBytes);
    const { secretKey } = generateAgreementKeyPair(primitives, random);
    expect(() => primitives.checkAgreementPublicKey(key)).toThrow(InvalidPublicKeyError);
    expect(() => primitives.agree(secretKey, key)).toThrow(InvalidPublicKeyError);
    expect(() => primitives.deriveBoxKey(secretKey, key)).toThrow(InvalidPublicKeyError);
    for (const kem of [primitives.mlKem768, primitives.mlKem1024]) {
      expect(() => kem.encapsulate(random, key)).toThrow(InvalidPublicKeyError);
    }
  });
}

interface Sealer {
  readonly name: string;
  readonly seal: (key: Bytes, nonce: Bytes, plain: Bytes) => Bytes;
  readonly open: (key: Bytes, nonce: Bytes, sealed: Bytes) => Bytes;
  readonly nonceLengthBytes: number;
  readonly tagFirst: boolean;
}

function sealersOf(primitives: Primitives): readonly Sealer[] {
  const associatedData = encodeUtf8("associated");
  const sealerOf = (name: string, aead: Aead): Sealer => ({
    name,
    seal: (key, nonce, plain) => aead.encrypt({ key, nonce, plain, associatedData }),
    open: (key, nonce, ciphertext) => aead.decrypt({ key, nonce, ciphertext, associatedData }),
    nonceLengthBytes: aead.nonceLengthBytes,
    tagFirst: false,
  });
  return [
    sealerOf("XChaCha20-Poly1305", primitives.xchacha20Poly1305),
    sealerOf("ChaCha20-Poly1305", primitives.chacha20Poly1305),
    sealerOf("AES-256-GCM", primitives.aes256Gcm),
    {
      name: "box",
      seal: (key, nonce, plain) => primitives.encryptBox(SecretKey.copyOf("box", key), nonce, plain),
      open: (key, nonce, sealed) => primitives.decryptBox(SecretKey.copyOf("box", key), nonce, sealed),
      nonceLengthBytes: 24,
      tagFirst: true,
    },
  ];
}

// Check A12 of the security bar.
function describeTags(primitives: Primitives, random: RandomSource): void {
  for (const { name, seal, open, nonceLengthBytes, tagFirst } of sealersOf(primitives)) {
    it(`refuses tags of 0 to 15 and 17 bytes, and changed ones, with ${name}`, () => {
      for (const plainLengthBytes of [0, 1, 64]) {
        const [key, nonce] = [randomBytes(random, 32), randomBytes(random, nonceLengthBytes)];
        const plain = randomBytes(random, plainLengthBytes);
        const sealed = seal(key, nonce, plain);
        const tagAt = tagFirst ? 0 : plainLengthBytes;
        const [before, tag, after] = [
          sealed.subarray(0, tagAt),
          sealed.subarray(tagAt, tagAt + 16),
          sealed.subarray(tagAt + 16),
        ];
        expect(open(key, nonce, concatBytes(before, tag, after))).toEqual(plain);
        for (let length = 0; length <= 15; length++) {
          expect(() => open(key, nonce, concatBytes(before, tag.subarray(0, length), after))).toThrow(
            AuthenticationFailedError,
          );
        }
        for (const longer of [concatBytes(tag, Uint8Array.of(0)), concatBytes(tag, tag)]) {
          expect(() => open(key, nonce, concatBytes(before, longer, after))).toThrow(AuthenticationFailedError);
        }
        for (let bit = 0; bit < sealed.length * 8; bit++) {
          expect(() => open(key, nonce, withFlippedBit(sealed, bit))).toThrow(AuthenticationFailedError);
        }
      }
    });
  }

  it("refuses short and changed associated data", () => {
    for (const aead of [primitives.xchacha20Poly1305, primitives.chacha20Poly1305, primitives.aes256Gcm]) {
      const [key, nonce] = [randomBytes(random, 32), randomBytes(random, aead.nonceLengthBytes)];
      const input = { key, nonce, associatedData: encodeUtf8("room 1") };
      const ciphertext = aead.encrypt({ ...input, plain: encodeUtf8("hello") });
      for (const other of ["", "room", "room 2", "room 1 "]) {
        const associatedData = encodeUtf8(other);
        expect(() => aead.decrypt({ ...input, ciphertext, associatedData })).toThrow(AuthenticationFailedError);
      }
    }
  });
}

// Check A9 of the security bar.
function describeOtherKeys(primitives: Primitives, random: RandomSource): void {
  for (const { name, seal, open, nonceLengthBytes } of sealersOf(primitives)) {
    it(`opens none of 1,000 ciphertexts under constant or other keys, with ${name}`, () => {
      const plain = encodeUtf8("the same text every time");
      const wrongKeys = [
        new Uint8Array(32),
        new Uint8Array(32).fill(0xff),
        primitives.sha256(new Uint8Array(0)),
        primitives.sha512(new Uint8Array(0)).slice(0, 32),
        randomBytes(random, 32),
      ];
      const seen = new Set<string>();
      for (let i = 0; i < 1000; i++) {
        const [key, nonce] = [randomBytes(random, 32), randomBytes(random, nonceLengthBytes)];
        const sealed = seal(key, nonce, plain);
        for (const wrongKey of wrongKeys) {
          if (refuses(() => open(wrongKey, nonce, sealed))) continue;
          throw new Error(`opened under another key: ${encodeHex(wrongKey)}`);
        }
        seen.add(encodeHex(sealed));
      }
      expect(seen.size).toBe(1000);
    });
  }
}

function describeLengths(primitives: Primitives, random: RandomSource): void {
  const bytes = (lengthBytes: number): Bytes => randomBytes(random, lengthBytes);

  it.each([0, 16, 31, 33, 64])("refuses symmetric keys of %i bytes", (lengthBytes) => {
    for (const { seal, open, nonceLengthBytes } of sealersOf(primitives)) {
      const [key, nonce] = [bytes(lengthBytes), bytes(nonceLengthBytes)];
      expect(() => seal(key, nonce, bytes(3))).toThrow(InvalidParameterError);
      expect(() => open(key, nonce, bytes(40))).toThrow(InvalidParameterError);
    }
    expect(() => primitives.encryptAes256Cbc(bytes(lengthBytes), bytes(16), bytes(3))).toThrow(InvalidParameterError);
    expect(() => primitives.decryptAes256Cbc(bytes(lengthBytes), bytes(16), bytes(32))).toThrow(InvalidParameterError);
  });

  it.each([0, 8, 11, 13, 16, 23, 25])("refuses nonces of %i bytes", (lengthBytes) => {
    for (const { seal, open } of sealersOf(primitives)) {
      expect(() => seal(bytes(32), bytes(lengthBytes), bytes(3))).toThrow(InvalidParameterError);
      expect(() => open(bytes(32), bytes(lengthBytes), bytes(40))).toThrow(InvalidParameterError);
    }
    if (lengthBytes === 16) return;
    expect(() => primitives.encryptAes256Cbc(bytes(32), bytes(lengthBytes), bytes(3))).toThrow(InvalidParameterError);
  });

  it.each([0, 31, 33, 64])("refuses secret keys of %i bytes", (lengthBytes) => {
    const publicKey = generateAgreementKeyPair(primitives, random).publicKey;
    const secret = bytes(lengthBytes);
    expect(() => primitives.deriveAgreementKeyPair(secret)).toThrow(InvalidParameterError);
    expect(() => primitives.deriveSigningKeyPair(secret)).toThrow(InvalidParameterError);
    expect(() => primitives.agree(SecretKey.copyOf("x25519", secret), publicKey)).toThrow(InvalidParameterError);
    expect(() => primitives.deriveBoxKey(SecretKey.copyOf("x25519", secret), publicKey)).toThrow(InvalidParameterError);
    expect(() => primitives.sign(SecretKey.copyOf("ed25519", secret), secret)).toThrow(InvalidParameterError);
  });

  it("refuses seeds and ciphertexts of ML-KEM of other lengths", () => {
    for (const kem of [primitives.mlKem768, primitives.mlKem1024]) {
      const pair = kem.deriveKeyPair(bytes(64));
      for (const lengthBytes of [0, 32, 63, 65]) {
        expect(() => kem.deriveKeyPair(bytes(lengthBytes))).toThrow(InvalidParameterError);
        const secretKey = SecretKey.copyOf("ml-kem", bytes(lengthBytes));
        expect(() => kem.decapsulate(secretKey, bytes(kem.ciphertextLengthBytes))).toThrow(InvalidParameterError);
      }
      for (const lengthBytes of [0, kem.ciphertextLengthBytes - 1, kem.ciphertextLengthBytes + 1]) {
        expect(() => kem.decapsulate(pair.secretKey, bytes(lengthBytes))).toThrow(AuthenticationFailedError);
      }
    }
  });

  it("refuses lengths and costs outside of HKDF and Argon2id", () => {
    const hkdf = { secret: bytes(32), salt: bytes(0), info: bytes(0) };
    for (const lengthBytes of [0, -1, 1.5, 255 * 32 + 1, Number.NaN]) {
      expect(() => primitives.hkdfSha256({ ...hkdf, lengthBytes })).toThrow(InvalidParameterError);
    }
    expect(primitives.hkdfSha256({ ...hkdf, lengthBytes: 255 * 32 })).toHaveLength(255 * 32);
    const argon2id = { passphrase: bytes(8), salt: bytes(16), memoryKiB: 8, passes: 1, lengthBytes: 32 };
    expect(primitives.argon2id(argon2id)).toHaveLength(32);
    const wrong = [
      { memoryKiB: 7 },
      { memoryKiB: 2 ** 21 },
      { passes: 0 },
      { passes: 101 },
      { lengthBytes: 15 },
      { lengthBytes: 1025 },
      { salt: bytes(15) },
      { salt: bytes(17) },
    ];
    for (const change of wrong) {
      expect(() => primitives.argon2id({ ...argon2id, ...change })).toThrow(InvalidParameterError);
    }
  });

  it("refuses bad padding and cut blocks with AES-256-CBC", () => {
    const [key, iv] = [bytes(32), bytes(16)];
    const ciphertext = primitives.encryptAes256Cbc(key, iv, bytes(20));
    expect(ciphertext).toHaveLength(32);
    for (const cut of [0, 1, 15, 17, 31]) {
      expect(() => primitives.decryptAes256Cbc(key, iv, ciphertext.slice(0, cut))).toThrow(AuthenticationFailedError);
    }
    // The last block of padding is 16 times 16 for whole blocks; under another vector it is something else.
    const whole = primitives.encryptAes256Cbc(key, iv, new Uint8Array(0));
    expect(() => primitives.decryptAes256Cbc(key, withFlippedBit(iv, 7 + 8 * 15), whole)).toThrow(
      AuthenticationFailedError,
    );
  });

  it("throws for destroyed secrets", () => {
    const pair = primitives.deriveSigningKeyPair(bytes(32));
    primitives.sign(pair.secretKey, bytes(3));
    pair.secretKey.destroy();
    expect(() => primitives.sign(pair.secretKey, bytes(3))).toThrow("destroyed");
  });
}

function refuses(attempt: () => unknown): boolean {
  try {
    attempt();
    return false;
  } catch (error) {
    return error instanceof AuthenticationFailedError;
  }
}

function withFlippedBit(bytes: Bytes, bit: number): Bytes {
  const changed = Uint8Array.from(bytes);
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return changed;
}
