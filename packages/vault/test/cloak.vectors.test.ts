/** The named checks H5 and H2 of the security bar, for databases taken over from Cloak. */
import { createHash } from "node:crypto";
import { encodeBase64Url } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import { readVector } from "../../../tools/src/vectors.ts";
import { createCloakReader, importCloakField } from "../src/index.ts";
import { collideGcm } from "./collisions.ts";
import { codeOf, place, primitives, seededRandom, vaultOf } from "./fixtures.ts";

interface CloakVectors {
  readonly tests: readonly CloakVector[];
  readonly readme: readonly CloakVector[];
}

interface CloakVector {
  readonly key: string;
  readonly cipher: string;
  readonly msg: string;
}

const file = readVector<CloakVectors>("cloak/cloak_v1.json");
// The one of the README was made by piping `echo` into Cloak's command line: its line break was encrypted too.
const vectors = [...file.tests, ...file.readme.map((vector) => ({ ...vector, msg: `${vector.msg}\n` }))];
const keys = [...new Set(vectors.map(({ key }) => key))];
const reader = createCloakReader({ primitives }, keys);

describe("H5: Cloak v1", () => {
  it("reads all four vectors and takes them over", () => {
    expect(vectors).toHaveLength(4);
    const vault = vaultOf("a");
    for (const { cipher, msg } of vectors) {
      expect(reader.read(cipher).exposeText()).toBe(msg);
      const field = importCloakField({ vault, reader }, { place, message: cipher });
      expect(vault.decryptField(place, field).exposeText()).toBe(msg);
    }
  });

  it("refuses each vector with one changed character, or without its key", () => {
    for (const { cipher, key } of vectors) {
      const [, , fingerprint = "", iv = "", body = ""] = cipher.split(".");
      const other = (text: string, at: number): string =>
        text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
      for (const changed of [`${fingerprint}.${other(iv, 3)}.${body}`, `${fingerprint}.${iv}.${other(body, 5)}`]) {
        expect(codeOf(() => reader.read(`v1.aesgcm256.${changed}`))).toBe("vault/not-authentic");
      }
      expect(codeOf(() => reader.read(`v1.aesgcm256.00000000.${iv}.${body}`))).toBe("vault/unknown-key");
      const others = createCloakReader(
        { primitives },
        keys.filter((one) => one !== key),
      );
      expect(codeOf(() => others.read(cipher))).toBe("vault/unknown-key");
    }
  });

  it("repeats nothing of what it cannot read", () => {
    const canary = "canary.jane.doe@example.org";
    const malformed = [
      canary,
      "",
      `v1.aesgcm256.710bb0e2.${canary}`,
      `v2.aesgcm256.710bb0e2.9tZkprVBt4L7ZW_U.${canary}`,
      `v1.aesgcm256.${canary}.9tZkprVBt4L7ZW_U.GDrlM3U_P0UnHf38HvOCgQ==`,
      "v1.aesgcm256.710bb0e2.9tZkprVBt4L7ZW_U.GDrlM3U_P0UnHf38HvOCgR==",
      "v1.aesgcm256.710bb0e2.9tZkprVBt4L7ZW_U.GDrlM3U_P0UnHf38HvOCgQ===",
      "v1.aesgcm256.710bb0e2.9tZkprVBt4L7ZW_U.GDrlM3U_P0UnHf38HvOCgQ==\n",
      "v1.aesgcm256.710bb0e2.9tZkprVBt4L7ZW_U.GDrlM3U_P0UnHf38HvOCg",
    ];
    for (const message of malformed) {
      const error = errorOf(() => reader.read(message));
      expect(error).toMatchObject({ code: "vault/malformed-cloak-message" });
      expect(JSON.stringify([String(error), error.stack, Object.entries(error)])).not.toMatch(
        /canary|jane|710bb0e2\.9tZ/,
      );
    }
  });

  it("repeats nothing of a key it cannot take", () => {
    const whole = vectors[0]?.key ?? "";
    const secret = whole.slice(13, 40);
    for (const text of [
      secret,
      `${whole}=`,
      whole.slice(0, -3),
      `k2${whole.slice(2)}`,
      "",
      whole.replace("A=", "B="),
    ]) {
      const error = errorOf(() => createCloakReader({ primitives }, [text]));
      expect(error).toMatchObject({ code: "vault/malformed-cloak-key" });
      expect(String(error) + String(error.stack)).not.toContain(secret);
    }
    expect(codeOf(() => createCloakReader({ primitives }, []))).toBe("vault/invalid-keyring");
  });

  it("reads no more once destroyed", () => {
    const own = createCloakReader({ primitives }, keys);
    own.destroy();
    expect(codeOf(() => own.read(vectors[1]?.cipher ?? ""))).toBe("bytes/secret-destroyed");
  });
});

describe("H2: two Cloak keys with one fingerprint", () => {
  const [left, right] = findCollidingCloakKeys();
  const fingerprint = fingerprintOf(left.text);
  const nonce = new Uint8Array(12).fill(7);

  it("are found by a birthday search, and the right one opens", () => {
    expect(fingerprintOf(right.text)).toBe(fingerprint);
    for (const { key } of [left, right]) {
      const ciphertext = primitives.aes256Gcm.encrypt({
        key,
        nonce,
        plain: new TextEncoder().encode("alice"),
        associatedData: new Uint8Array(0),
      });
      const message = messageOf(ciphertext);
      for (const order of [
        [left, right],
        [right, left],
      ]) {
        const both = createCloakReader(
          { primitives },
          order.map(({ text }) => text),
        );
        expect(both.read(message).exposeText()).toBe("alice");
      }
      const other = key === left.key ? right : left;
      expect(codeOf(() => createCloakReader({ primitives }, [other.text]).read(message))).toBe("vault/not-authentic");
    }
  });

  it("never give one of two contents for a message that was made to open under both", () => {
    const ciphertext = collideGcm([left.key, right.key], nonce, new Uint8Array(16).fill(9));
    const message = messageOf(ciphertext);
    for (const { text } of [left, right]) {
      expect(createCloakReader({ primitives }, [text]).read(message).lengthBytes).toBe(32);
    }
    const both = createCloakReader({ primitives }, [left.text, right.text]);
    expect(codeOf(() => both.read(message))).toBe("vault/not-authentic");
  });

  function messageOf(ciphertext: Uint8Array): string {
    return `v1.aesgcm256.${fingerprint}.${encodeBase64Url(nonce)}.${encodeBase64Url(ciphertext)}`;
  }
});

interface FoundKey {
  readonly text: string;
  readonly key: Uint8Array;
}

function findCollidingCloakKeys(): readonly [FoundKey, FoundKey] {
  const draw = seededRandom("cloak birthday");
  const seenByFingerprint = new Map<string, FoundKey>();
  for (;;) {
    const key = new Uint8Array(32);
    draw.fill(key);
    const text = `k1.aesgcm256.${Buffer.from(key).toString("base64url")}=`;
    const fingerprint = fingerprintOf(text);
    const earlier = seenByFingerprint.get(fingerprint);
    if (earlier !== undefined) return [earlier, { text, key }];
    seenByFingerprint.set(fingerprint, { text, key });
  }
}

function fingerprintOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

function errorOf(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was thrown");
}
