/// <reference path="../src/browser/libsodium-sumo.d.ts" />
import { type Bytes, SecretKey } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import { systemRandom } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import { browserArgon2id } from "../src/browser/argon2id.ts";
import { browserAeads, browserBoxes } from "../src/browser/ciphers.ts";
import { browserAgreement, browserSignatures } from "../src/browser/curves.ts";
import { browserHashes } from "../src/browser/hashes.ts";
import { browserMlKem768 } from "../src/browser/kem.ts";
import { loadSodium, type Sodium } from "../src/browser/sodium.ts";

describe("the memory of WebAssembly", () => {
  it("holds no secret and no plain text after the calls that used them", async () => {
    const sodium = await loadSodium(systemRandom);
    const secrets: Bytes[] = [];
    const secret = (lengthBytes: number): Bytes => {
      const bytes = randomBytes(systemRandom, lengthBytes);
      secrets.push(bytes);
      return bytes;
    };
    const [agreement, signatures, hashes] = [
      browserAgreement(sodium),
      browserSignatures(sodium),
      browserHashes(sodium),
    ];
    const [boxes, { xchacha20Poly1305 }, kem] = [browserBoxes(sodium), browserAeads(sodium), browserMlKem768(sodium)];

    const alice = agreement.deriveAgreementKeyPair(secret(32));
    const bob = agreement.deriveAgreementKeyPair(secret(32));
    const agreed = agreement.agree(alice.secretKey, bob.publicKey);
    const boxKey = agreement.deriveBoxKey(alice.secretKey, bob.publicKey);
    secrets.push(agreed.exposeSecretBytes(), boxKey.exposeSecretBytes());
    const nonce = randomBytes(systemRandom, 24);
    for (const lengthBytes of [100, 100_000]) {
      const plain = secret(lengthBytes);
      boxes.decryptBox(boxKey, nonce, boxes.encryptBox(boxKey, nonce, plain));
      const input = { key: secret(32), nonce, associatedData: nonce };
      xchacha20Poly1305.decrypt({ ...input, ciphertext: xchacha20Poly1305.encrypt({ ...input, plain }) });
    }
    const signer = signatures.deriveSigningKeyPair(secret(32));
    signatures.sign(signer.secretKey, secret(200));
    hashes.hkdfSha256({ secret: secret(64), salt: secret(32), info: nonce, lengthBytes: 64 });
    hashes.hmacSha512(secret(100), secret(300));
    hashes.sha256(secret(80));
    const pair = kem.deriveKeyPair(secret(64));
    const made = kem.encapsulate({ fill: (target) => target.set(secret(32)) }, pair.publicKey);
    secrets.push(made.sharedSecret.exposeSecretBytes());
    kem.decapsulate(pair.secretKey, made.ciphertext);
    const cost = { memoryKiB: 1024, passes: 2, lengthBytes: 32 };
    secrets.push(browserArgon2id(sodium)({ passphrase: secret(40), salt: randomBytes(systemRandom, 16), ...cost }));

    expect(secrets).toHaveLength(20);
    for (const [i, bytes] of secrets.entries()) {
      // 16 bytes suffice to know the rest of a key or a text.
      for (const part of [bytes.subarray(0, 16), bytes.subarray(-16)]) {
        expect({ secret: i, at: indexOf(sodium.raw.HEAPU8, part) }).toEqual({ secret: i, at: -1 });
      }
    }
  });

  it("finds what was left behind, so that the test above means something", async () => {
    const { raw } = await loadSodium(systemRandom);
    const secret = randomBytes(systemRandom, 16);
    const pointer = raw._malloc(16);
    raw.HEAPU8.set(secret, pointer);
    raw._free(pointer);
    expect(indexOf(raw.HEAPU8, secret)).toBe(pointer);
  });

  // Whatever differs after the same call with another secret tells something of the secret.
  it.each(Object.keys(calls))("is the same after %s with any secret", async (name) => {
    const call = calls[name] ?? (() => undefined);
    const images = [1, 2, 3].map(async (start) => {
      const sodium = await loadSodium({ fill: (target) => target.fill(1) });
      const secret = (lengthBytes: number): Bytes =>
        Uint8Array.from({ length: lengthBytes }, (_, i) => start * 37 + i * start);
      call(sodium, secret);
      return sodium.raw.HEAPU8;
    });
    const [first, ...others] = (await Promise.all(images)).map((image) => Buffer.from(image.buffer));
    expect(first?.length).toBeGreaterThan(100_000);
    for (const other of others) expect(other.equals(first as Buffer)).toBe(true); // three images
  });

  it("is wiped where a call throws, and can be used again", async () => {
    const sodium: Sodium = await loadSodium(systemRandom);
    const secret = randomBytes(systemRandom, 64);
    expect(() =>
      sodium.withSlots((slots) => {
        slots.put(secret);
        throw new RangeError("stopped");
      }),
    ).toThrow("stopped");
    expect(indexOf(sodium.raw.HEAPU8, secret)).toBe(-1);
    expect(browserHashes(sodium).sha256(secret)).toHaveLength(32);
  });
});

type Call = (sodium: Sodium, secret: (lengthBytes: number) => Bytes) => unknown;

const publicKey = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 9 : 0));
const nonce24 = new Uint8Array(24);

const calls: Readonly<Record<string, Call>> = {
  "SHA-256": (sodium, secret) => browserHashes(sodium).sha256(secret(200)),
  "SHA-512": (sodium, secret) => browserHashes(sodium).sha512(secret(200)),
  HKDF: (sodium, secret) =>
    browserHashes(sodium).hkdfSha512({ secret: secret(64), salt: secret(32), info: nonce24, lengthBytes: 100 }),
  "an X25519 key pair": (sodium, secret) => browserAgreement(sodium).deriveAgreementKeyPair(secret(32)),
  "an agreement": (sodium, secret) => browserAgreement(sodium).agree(SecretKey.copyOf("x25519", secret(32)), publicKey),
  "a box key": (sodium, secret) =>
    browserAgreement(sodium).deriveBoxKey(SecretKey.copyOf("x25519", secret(32)), publicKey),
  "an Ed25519 key pair": (sodium, secret) => browserSignatures(sodium).deriveSigningKeyPair(secret(32)),
  "a signature": (sodium, secret) =>
    browserSignatures(sodium).sign(SecretKey.copyOf("ed25519", secret(32)), secret(300)),
  "a box": (sodium, secret) => {
    const [boxes, key] = [browserBoxes(sodium), SecretKey.copyOf("box", secret(32))];
    boxes.decryptBox(key, nonce24, boxes.encryptBox(key, nonce24, secret(300)));
  },
  "an AEAD": (sodium, secret) => {
    const { xchacha20Poly1305 } = browserAeads(sodium);
    const input = { key: secret(32), nonce: nonce24, associatedData: nonce24 };
    xchacha20Poly1305.decrypt({ ...input, ciphertext: xchacha20Poly1305.encrypt({ ...input, plain: secret(300) }) });
  },
  "ML-KEM-768": (sodium, secret) => {
    const kem = browserMlKem768(sodium);
    const pair = kem.deriveKeyPair(secret(64));
    const made = kem.encapsulate({ fill: (target) => target.set(secret(32)) }, pair.publicKey);
    kem.decapsulate(pair.secretKey, made.ciphertext);
  },
  Argon2id: (sodium, secret) =>
    browserArgon2id(sodium)({ passphrase: secret(20), salt: secret(16), memoryKiB: 4096, passes: 2, lengthBytes: 32 }),
};

function indexOf(memory: Uint8Array, part: Uint8Array): number {
  return Buffer.from(memory.buffer, memory.byteOffset, memory.length).indexOf(part);
}
