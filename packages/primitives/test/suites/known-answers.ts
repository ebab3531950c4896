/** Known answers that every backend must give. */
import { concatBytes, encodeHex, encodeUtf8, SecretKey } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { blake2b } from "@noble/hashes/blake2.js";
import { describe, expect, it } from "vitest";
import { counting, hex, printedBytes, type ReadVector } from "./vectors.ts";

interface List<Case> {
  readonly tests: readonly Case[];
}

/** Describes the suite for one backend. */
export function describeKnownAnswers(primitives: Primitives, read: ReadVector | undefined): void {
  // skip: the folder of vectors is no part of the repository
  describe.skipIf(read === undefined)(`known answers, ${primitives.backend} backend`, () => {
    const readVector = read as ReadVector; // the suite is skipped without it
    describeHashes(primitives, readVector);
    describeX25519(primitives, readVector);
    describeBoxes(primitives, readVector);
    describeLibsodium(primitives, readVector);

    it("signs and verifies as RFC 8032 does", async () => {
      type Case = Record<"seed" | "pub" | "msg" | "sig", string>;
      const { tests } = await readVector<List<Case>>("rfc/rfc8032_ed25519.json");
      expect(tests.length).toBeGreaterThanOrEqual(3);
      for (const { seed, pub, msg, sig } of tests) {
        const pair = primitives.deriveSigningKeyPair(hex(seed));
        expect(encodeHex(pair.publicKey)).toBe(pub);
        expect(encodeHex(primitives.sign(pair.secretKey, hex(msg)))).toBe(sig);
        expect(primitives.verify(hex(pub), hex(msg), hex(sig))).toBe(true);
        expect(primitives.verify(hex(pub), concatBytes(hex(msg), hex("00")), hex(sig))).toBe(false);
      }
    });

    it("derives keys from passphrases as Argon2id with one lane does", async () => {
      type Case = Record<"passwd" | "salt" | "out", string> & Record<"opslimit" | "memlimit" | "outlen", number>;
      const { tests } = await readVector<List<Case>>("rfc/libsodium_argon2id.json");
      expect(tests).toHaveLength(7);
      for (const { passwd, salt, out, opslimit, memlimit, outlen } of tests) {
        const output = primitives.argon2id({
          passphrase: hex(passwd),
          salt: hex(salt),
          memoryKiB: Math.floor(memlimit / 1024),
          passes: opslimit,
          lengthBytes: outlen,
        });
        expect(encodeHex(output)).toBe(out);
      }
    });
  });
}

function describeHashes(primitives: Primitives, readVector: ReadVector): void {
  it("hashes as FIPS 180-4 does", () => {
    const abc = encodeUtf8("abc");
    expect(encodeHex(primitives.sha256(abc))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(encodeHex(primitives.sha512(abc))).toMatch(/^ddaf35a193617abacc417349ae204131.*54ca49f$/);
  });

  it("derives keys as RFC 5869 does", async () => {
    type Case = Record<"hash" | "ikm" | "salt" | "info" | "okm", string> & { readonly L: number };
    const { tests } = await readVector<List<Case>>("rfc/rfc5869_hkdf.json");
    const applicable = tests.filter((test) => test.hash === "sha256");
    expect(applicable).toHaveLength(3);
    for (const { ikm, salt, info, L, okm } of applicable) {
      const input = { secret: hex(ikm), salt: hex(salt), info: hex(info), lengthBytes: L };
      expect(encodeHex(primitives.hkdfSha256(input))).toBe(okm);
    }
  });
}

function describeX25519(primitives: Primitives, readVector: ReadVector): void {
  it("agrees as RFC 7748 does, through 1,000 iterations", async () => {
    type File = List<Record<"scalar" | "u" | "out", string>> & { readonly iterated: Record<"1" | "1000", string> };
    const { tests, iterated } = await readVector<File>("rfc/rfc7748_x25519.json");
    for (const { scalar, u, out } of tests) {
      const secretKey = SecretKey.copyOf("x25519", hex(scalar));
      const key = hex(u);
      // The second test sets the top bit, which RFC 7748 masks and we refuse: its masked form has the same answer.
      const masked = Uint8Array.from(key, (byte, i) => (i === 31 ? byte & 0x7f : byte));
      if (key[31] !== masked[31]) expect(() => primitives.agree(secretKey, key)).toThrow("not canonical");
      expect(encodeHex(primitives.agree(secretKey, masked).exposeSecretBytes())).toBe(out);
    }
    let [scalar, u] = [hex(`09${"00".repeat(31)}`), hex(`09${"00".repeat(31)}`)];
    for (let i = 1; i <= 1000; i++) {
      const next = primitives.agree(SecretKey.copyOf("x25519", scalar), u).exposeSecretBytes();
      [scalar, u] = [next, scalar];
      if (i === 1) expect(encodeHex(scalar)).toBe(iterated["1"]);
    }
    expect(encodeHex(scalar)).toBe(iterated["1000"]);
  });

  it("agrees as NaCl does on 256 random pairs", async () => {
    type Five = readonly [string, string, string, string, string];
    const { tests } = await readVector<List<Five>>("nacl/scalarmult_random.json");
    expect(tests).toHaveLength(256);
    for (const [public1, secret1, public2, secret2, shared] of tests) {
      const [one, two] = [hex(secret1), hex(secret2)].map(primitives.deriveAgreementKeyPair);
      expect(encodeHex(one?.publicKey ?? hex(""))).toBe(public1);
      expect(encodeHex(two?.publicKey ?? hex(""))).toBe(public2);
      const agreed = primitives.agree(SecretKey.copyOf("x25519", hex(secret1)), hex(public2));
      expect(encodeHex(agreed.exposeSecretBytes())).toBe(shared);
    }
  });
}

function describeBoxes(primitives: Primitives, readVector: ReadVector): void {
  it("boxes as NaCl does, 256 times", async () => {
    type Case = Record<"publicKey" | "secretKey" | "nonce" | "msg" | "box", string>;
    const { tests } = await readVector<List<Case>>("nacl/box_random.json");
    expect(tests).toHaveLength(256);
    for (const { publicKey, secretKey, nonce, msg, box } of tests) {
      const key = primitives.deriveBoxKey(SecretKey.copyOf("x25519", hex(secretKey)), hex(publicKey));
      expect(encodeHex(primitives.encryptBox(key, hex(nonce), hex(msg)))).toBe(box);
      expect(encodeHex(primitives.decryptBox(key, hex(nonce), hex(box)))).toBe(msg);
    }
  });

  it("encrypts as NaCl's secretbox does, 128 times", async () => {
    const { tests } =
      await readVector<List<Record<"key" | "nonce" | "msg" | "box", string>>>("nacl/secretbox_random.json");
    expect(tests).toHaveLength(128);
    for (const { key, nonce, msg, box } of tests) {
      const boxKey = SecretKey.copyOf("box", hex(key));
      expect(encodeHex(primitives.encryptBox(boxKey, hex(nonce), hex(msg)))).toBe(box);
      expect(encodeHex(primitives.decryptBox(boxKey, hex(nonce), hex(box)))).toBe(msg);
    }
  });

  it("opens 18 sealed boxes of another implementation and refuses 24 changed or forged ones", async () => {
    type Case = Record<"recipientPrivate" | "recipientPublic" | "msg" | "sealed" | "result", string>;
    const { tests } = await readVector<List<Case>>("nacl/sealedbox_generated.json");
    const results = tests.map((test) => {
      const [sealed, recipient] = [hex(test.sealed), hex(test.recipientPublic)];
      const sender = sealed.subarray(0, 32);
      const open = () => {
        const key = primitives.deriveBoxKey(SecretKey.copyOf("x25519", hex(test.recipientPrivate)), sender);
        const nonce = blake2b(concatBytes(sender, recipient), { dkLen: 24 });
        return encodeHex(primitives.decryptBox(key, nonce, sealed.subarray(32)));
      };
      if (test.result === "valid") expect(open()).toBe(test.msg);
      else expect(open).toThrow();
      return test.result;
    });
    expect(results.filter((result) => result === "valid")).toHaveLength(18);
    expect(results).toHaveLength(42);
  });
}

// Inputs as in libsodium's test programs; outputs as those print them.
function describeLibsodium(primitives: Primitives, readVector: ReadVector): void {
  const aliceSecret = hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
  const bobPublic = hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  const boxNonce = hex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");

  it.each(["box", "secretbox", "box_easy"])("gives what libsodium prints for %s", async (name) => {
    const printed = printedBytes(await readVector<string>(`libsodium/${name}.exp`));
    const key = primitives.deriveBoxKey(SecretKey.copyOf("x25519", aliceSecret), bobPublic);
    expect(encodeHex(key.exposeSecretBytes())).toBe("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
    const boxed = printed.subarray(0, 147);
    const plain = primitives.decryptBox(key, boxNonce, boxed);
    expect(encodeHex(plain)).toMatch(/^be075fc53c81f2d5cf141316ebeb0c7b.*645e0705$/);
    expect(primitives.encryptBox(key, boxNonce, plain)).toEqual(boxed);
  });

  it("gives what libsodium prints for aead_xchacha20poly1305", async () => {
    const printed = printedBytes(await readVector<string>("libsodium/aead_xchacha20poly1305.exp"));
    const plain = encodeUtf8(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    );
    const input = { key: counting(0x80, 32), nonce: concatBytes(hex("07000000"), counting(0x40, 20)), plain };
    const aead = primitives.xchacha20Poly1305;
    expect(aead.encrypt({ ...input, associatedData: hex("50515253c0c1c2c3c4c5c6c7") })).toEqual(
      printed.slice(0, plain.length + 16),
    );
    expect(aead.encrypt({ ...input, associatedData: hex("") })).toEqual(printed.slice(130, 260));
  });

  it("gives what libsodium prints for kdf_hkdf", async () => {
    const [, , , ...lines] = (await readVector<string>("libsodium/kdf_hkdf.exp")).split("\n");
    const input = { secret: counting(0, 66), salt: Uint8Array.from(counting(0, 77), (byte) => ~byte) };
    const outputs = (hkdf: Primitives["hkdfSha256"]): string[] =>
      Array.from({ length: 98 }, (_, i) => {
        const info = concatBytes(Uint8Array.of(i + 1), counting(112, 87));
        return encodeHex(hkdf({ ...input, info, lengthBytes: i + 1 }));
      });
    expect(lines.slice(1, 99)).toEqual(outputs(primitives.hkdfSha256));
    expect(lines.slice(103, 201)).toEqual(outputs(primitives.hkdfSha512));
  });
}
