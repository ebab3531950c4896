import { encodeUtf8, Plaintext, SecretKey } from "@coterie/bytes";
import { portablePrimitives } from "@coterie/primitives/portable";
import { describe, expect, it } from "vitest";
import { createVault, deriveFieldKeyId, generateFieldKey, readFieldKeyId, vaultLimits } from "../src/index.ts";
import { paddedLength } from "../src/field/padding.ts";
import { codeOf, fieldKey, place, primitives, random, vaultOf } from "./fixtures.ts";

const vault = vaultOf("a");

describe("encryptField and decryptField", () => {
  it("give back what was encrypted, of any length", () => {
    for (const length of [0, 1, 59, 60, 61, 124, 252, 508, 509, 5000, 100_000]) {
      const content = new Uint8Array(length).map((_unused, i) => i % 251);
      const field = vault.encryptField(place, Plaintext.copyOf(content));
      expect(vault.decryptField(place, field).exposePlainBytes()).toEqual(content);
    }
  });

  it("lay a field out as the protocol says", () => {
    const field = vault.encryptField(place, Plaintext.fromText("alice"));
    expect(field.length).toBe(2 + 16 + 24 + 32 + 64 + 16);
    expect([...field.subarray(0, 2)]).toEqual([1, 1]);
    expect(Buffer.from(field.subarray(2, 18)).toString("hex")).toBe(vault.currentKeyId);
    expect(readFieldKeyId(field)).toBe(vault.currentKeyId);
    expect(deriveFieldKeyId({ primitives }, fieldKey("a"))).toBe(vault.currentKeyId);
  });

  it("show 4 sizes for everything up to 508 bytes", () => {
    const sizes = Array.from(
      { length: 509 },
      (_unused, length) => vault.encryptField(place, Plaintext.copyOf(new Uint8Array(length))).length,
    );
    expect([...new Set(sizes)]).toEqual([154, 218, 346, 602]);
  });

  it("pad longer content by at most 12 %", () => {
    for (let length = 513; length < 70_000; length += 97) {
      expect(paddedLength(length) / length).toBeLessThanOrEqual(1.12);
      expect(paddedLength(paddedLength(length))).toBe(paddedLength(length));
    }
  });

  it("agree between backends in both directions", () => {
    const keyring = { current: fieldKey("a"), reading: [] };
    const portable = createVault({ primitives: portablePrimitives, random }, keyring);
    const text = "Zoë +32 2 555 01 23";
    for (const [sealer, opener] of [[vault, portable] as const, [portable, vault] as const]) {
      expect(opener.decryptField(place, sealer.encryptField(place, Plaintext.fromText(text))).exposeText()).toBe(text);
    }
    const field = vault.encryptField(place, Plaintext.fromText(text));
    field[field.length - 1] = (field.at(-1) ?? 0) ^ 1;
    expect(codeOf(() => portable.decryptField(place, field))).toBe("vault/not-authentic");
  });

  it("refuse a field under a key that the keyring does not hold", () => {
    const field = vaultOf("b").encryptField(place, Plaintext.fromText("alice"));
    expect(codeOf(() => vault.decryptField(place, field))).toBe("vault/unknown-key");
    expect(vaultOf("a", "b").decryptField(place, field).exposeText()).toBe("alice");
  });

  it("refuse other versions and suites and too few bytes", () => {
    const field = vault.encryptField(place, Plaintext.fromText("alice"));
    for (const [at, value] of [
      [0, 0],
      [0, 2],
      [1, 0],
      [1, 2],
    ] as const) {
      const changed = new Uint8Array(field);
      changed[at] = value;
      expect(codeOf(() => vault.decryptField(place, changed))).toBe("vault/malformed-field");
      expect(codeOf(() => vault.needsRotation(changed))).toBe("vault/malformed-field");
    }
    for (let length = 0; length < field.length; length++) {
      expect(codeOf(() => vault.decryptField(place, field.subarray(0, length)))).toBe("vault/malformed-field");
    }
    expect(codeOf(() => vault.decryptField(place, new Uint8Array([...field, 0])))).toBe("vault/not-authentic");
  });

  it("work at the limit of content and refuse beyond", () => {
    const limit = vaultLimits.fieldContentBytes;
    for (const length of [limit - 1, limit]) {
      const field = vault.encryptField(place, Plaintext.own(new Uint8Array(length)));
      expect(vault.decryptField(place, field).lengthBytes).toBe(length);
    }
    const tooLong = Plaintext.own(new Uint8Array(limit + 1));
    expect(codeOf(() => vault.encryptField(place, tooLong))).toBe("vault/too-large");
  });

  it("leave the caller's plain text as it is, and work no more once destroyed", () => {
    const own = createVault({ primitives, random }, { current: generateFieldKey({ random }), reading: [] });
    const plaintext = Plaintext.fromText("alice");
    const field = own.encryptField(place, plaintext);
    expect(plaintext.exposeText()).toBe("alice");
    own.destroy();
    expect(codeOf(() => own.decryptField(place, field))).toBe("bytes/secret-destroyed");
    expect(codeOf(() => own.encryptField(place, plaintext))).toBe("bytes/secret-destroyed");
  });
});

describe("places", () => {
  it("take ids of 1 to 256 bytes and names of 1 to 63 plain characters", () => {
    const encrypt = (change: object): string =>
      codeOf(() => vault.encryptField({ ...place, ...change }, Plaintext.fromText("x")));
    for (const part of ["tenant", "row"]) {
      for (const length of [1, 255, 256]) expect(encrypt({ [part]: new Uint8Array(length) })).toBe("nothing");
      for (const length of [0, 257]) expect(encrypt({ [part]: new Uint8Array(length) })).toBe("vault/invalid-place");
    }
    for (const part of ["table", "column"]) {
      for (const name of ["a", "_a1", "a".repeat(63)]) expect(encrypt({ [part]: name })).toBe("nothing");
      for (const name of ["", "a".repeat(64), "A", "1a", "a b", "naïve", "a\n"]) {
        expect(encrypt({ [part]: name })).toBe("vault/invalid-place");
      }
    }
  });
});

describe("keyrings", () => {
  it("refuse a key twice, keys of other lengths and more than 32", () => {
    expect(codeOf(() => vaultOf("a", "b", "a"))).toBe("vault/invalid-keyring");
    for (const length of [0, 16, 31, 33, 64]) {
      const current = SecretKey.own("field", new Uint8Array(length));
      expect(codeOf(() => createVault({ primitives, random }, { current, reading: [] }))).toBe("vault/invalid-keyring");
    }
    const names = Array.from({ length: 32 }, (_unused, i) => String(i));
    expect(vaultOf("a", ...names.slice(1)).keyIds).toHaveLength(32);
    expect(codeOf(() => vaultOf("a", ...names))).toBe("vault/invalid-keyring");
  });

  it("do not destroy the caller's keys", () => {
    const current = fieldKey("own");
    createVault({ primitives, random }, { current, reading: [] }).destroy();
    expect(current.exposeSecretBytes()).toHaveLength(32);
  });
});

describe("rotateField", () => {
  const old = vaultOf("a");
  const rotating = vaultOf("b", "a");

  it("brings a field under the current key, and leaves one that is", () => {
    const field = old.encryptField(place, Plaintext.fromText("alice"));
    expect(rotating.needsRotation(field)).toBe(true);
    const rotated = rotating.rotateField(place, field);
    expect(rotating.needsRotation(rotated)).toBe(false);
    expect(vaultOf("b").decryptField(place, rotated).exposeText()).toBe("alice");
    expect(rotating.rotateField(place, rotated)).toEqual(rotated);
  });

  it("checks the field in both cases", () => {
    for (const [name, vault] of [
      ["a", old],
      ["b", rotating],
    ] as const) {
      const field = vault.encryptField(place, Plaintext.fromText(name));
      const elsewhere = { ...place, row: encodeUtf8("row 18") };
      expect(codeOf(() => rotating.rotateField(elsewhere, field))).toBe("vault/not-authentic");
      field[100] = (field[100] ?? 0) ^ 1;
      expect(codeOf(() => rotating.rotateField(place, field))).toBe("vault/not-authentic");
    }
  });
});
