/** A twin of docs/protocol/vault.md §1 to §3, written from the text with other libraries, must agree in both directions. */
import { createHash, hkdfSync } from "node:crypto";
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { Plaintext } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import type { FieldPlace } from "../src/index.ts";
import { codeOf, fieldKey, place, vaultOf } from "./fixtures.ts";

const vault = vaultOf("a");
const key = Buffer.from(fieldKey("a").exposeSecretBytes());

function fields(...list: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    list.flatMap((field) => {
      const bytes = Buffer.from(field);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

const derive = (info: string): Buffer => Buffer.from(hkdfSync("sha256", key, Buffer.alloc(0), info, 32));
const keyId = createHash("sha256").update(fields("coterie/field-key-id/1", key)).digest().subarray(0, 16);

function openPart(nonce: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([1, 1]), keyId, nonce, derive("coterie/field/1 commitment")]);
}

function cipherFor(at: FieldPlace, open: Uint8Array) {
  const associatedData = fields("coterie/field/1", open, at.tenant, at.table, at.column, at.row);
  return xchacha20poly1305(derive("coterie/field/1 body"), open.subarray(18, 42), associatedData);
}

function twinEncrypt(padded: Uint8Array): Uint8Array {
  const open = openPart(Buffer.alloc(24, 7));
  return Buffer.concat([open, cipherFor(place, open).encrypt(padded)]);
}

function padded(length: number, content: Uint8Array, size: number): Buffer {
  const whole = Buffer.alloc(size);
  whole.writeUInt32BE(length);
  whole.set(content, 4);
  return whole;
}

describe("the twin", () => {
  it("decrypts what the vault encrypted", () => {
    for (const [length, size] of [
      [0, 64],
      [60, 64],
      [61, 128],
      [124, 128],
      [125, 256],
      [508, 512],
      [509, 544],
      [9000, 9216],
    ] as const) {
      const content = Buffer.alloc(length, 0x61);
      const field = vault.encryptField(place, Plaintext.copyOf(content));
      const plain = Buffer.from(cipherFor(place, field.subarray(0, 74)).decrypt(field.subarray(74)));
      expect(plain).toEqual(padded(length, content, size));
    }
  });

  it("encrypts what the vault decrypts", () => {
    const field = twinEncrypt(padded(5, Buffer.from("alice"), 64));
    expect(vault.decryptField(place, field).exposeText()).toBe("alice");
    expect(codeOf(() => vault.decryptField({ ...place, column: "email" }, field))).toBe("vault/not-authentic");
  });

  it("is refused where it does not bind the open part, or uses another label or key", () => {
    const open = openPart(Buffer.alloc(24, 7));
    const bodyKey = derive("coterie/field/1 body");
    const { tenant, table, column, row } = place;
    const plain = padded(5, Buffer.from("alice"), 64);
    for (const [secret, associatedData] of [
      [bodyKey, fields("coterie/field/1", tenant, table, column, row)],
      [bodyKey, fields("coterie/field/2", open, tenant, table, column, row)],
      [bodyKey, Buffer.alloc(0)],
      [key, fields("coterie/field/1", open, tenant, table, column, row)],
    ] as const) {
      const body = xchacha20poly1305(secret, open.subarray(18, 42), associatedData).encrypt(plain);
      expect(codeOf(() => vault.decryptField(place, Buffer.concat([open, body])))).toBe("vault/not-authentic");
    }
  });

  it("is refused with padding that the vault would not make", () => {
    const alice = Buffer.from("alice");
    const dirty = padded(5, alice, 64);
    dirty[63] = 1;
    for (const plain of [
      dirty,
      padded(5, alice, 128),
      padded(5, alice, 65),
      padded(61, alice, 64),
      padded(0xffffffff, alice, 64),
    ]) {
      expect(codeOf(() => vault.decryptField(place, twinEncrypt(plain)))).toBe("vault/not-authentic");
    }
    expect(codeOf(() => vault.decryptField(place, twinEncrypt(padded(5, alice, 64))))).toBe("nothing");
    // Shorter than any field: no room for a length.
    expect(codeOf(() => vault.decryptField(place, twinEncrypt(Buffer.alloc(3))))).toBe("vault/malformed-field");
  });
});
