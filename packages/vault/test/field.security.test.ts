/** The named checks A6, A9, A12, H2 of the security bar, for encrypted fields. */
import { createHash } from "node:crypto";
import { encodeFields, encodeUtf8, Plaintext, SecretKey } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import { createVault, deriveFieldKeyId, type Vault } from "../src/index.ts";
import { deriveKeyring } from "../src/field/keyring.ts";
import { encodeFieldOpenPart } from "../src/field/layout.ts";
import { fieldAssociatedData } from "../src/field/place.ts";
import { bodyKeystream, collideXchacha } from "./collisions.ts";
import { codeOf, fieldKey, place, primitives, random, seededRandom, vaultOf } from "./fixtures.ts";

function vaultWith(current: SecretKey<"field">, ...reading: readonly SecretKey<"field">[]): Vault {
  return createVault({ primitives, random }, { current, reading });
}

describe("A6: key commitment", () => {
  it("opens 24 ciphertexts made for two keys under one of them at most", () => {
    for (let i = 0; i < 24; i++) {
      const { left, right, fieldForLeft, fieldForRight, rawOpens } = collidingField(`collision ${i}`);
      // The attack is real: the cipher alone opens the same body under both keys.
      expect(rawOpens).toEqual([true, true]);
      const openings = [vaultWith(left), vaultWith(right), vaultWith(left, right), vaultWith(right, left)].flatMap(
        (vault) => [fieldForLeft, fieldForRight].map((field) => codeOf(() => vault.decryptField(place, field))),
      );
      // Only the key that the commitment names opens, and only with its own id.
      expect(openings).toEqual([
        "nothing",
        "vault/unknown-key",
        "vault/unknown-key",
        "vault/not-authentic",
        "nothing",
        "vault/not-authentic",
        "nothing",
        "vault/not-authentic",
      ]);
    }
  });
});

describe("the commitment", () => {
  it("is compared before anything is decrypted", () => {
    let decryptions = 0;
    const { encrypt, decrypt, ...aead } = primitives.xchacha20Poly1305;
    const counting = {
      ...aead,
      encrypt,
      decrypt: (input: Parameters<typeof decrypt>[0]) => {
        decryptions++;
        return decrypt(input);
      },
    };
    const keyring = { current: fieldKey("a"), reading: [] };
    const vault = createVault({ primitives: { ...primitives, xchacha20Poly1305: counting }, random }, keyring);
    const field = vault.encryptField(place, Plaintext.fromText("alice"));
    for (let at = 42; at < 74; at++) {
      const changed = new Uint8Array(field);
      changed[at] = (changed[at] ?? 0) ^ 0x80;
      expect(codeOf(() => vault.decryptField(place, changed))).toBe("vault/not-authentic");
    }
    expect(decryptions).toBe(0);
    expect(vault.decryptField(place, field).exposeText()).toBe("alice");
    expect(decryptions).toBe(1);
  });
});

/** A body that authenticates under two field keys, with the id of either in front and the commitment of the left one. */
function collidingField(name: string) {
  const draw = seededRandom(name);
  const left = fieldKey(`${name} left`);
  const right = fieldKey(`${name} right`);
  const { all } = deriveKeyring(primitives, { current: left, reading: [right] });
  const [one, two] = all;
  if (one === undefined || two === undefined) throw new Error("two keys are needed");
  for (;;) {
    const nonce = new Uint8Array(24);
    draw.fill(nonce);
    const tagBytes = new Uint8Array(16);
    draw.fill(tagBytes);
    const opens = all.map(({ idBytes }) => encodeFieldOpenPart({ keyId: idBytes, nonce, commitment: one.commitment }));
    const [openLeft = nonce, openRight = nonce] = opens;
    const [aadLeft = nonce, aadRight = nonce] = opens.map((open) => fieldAssociatedData(open, place));
    // 64 bytes: a length of 60, so that every byte behind is content and the two free blocks may hold anything.
    const plain = new Uint8Array(64);
    plain[3] = 60;
    const stream = bodyKeystream(one.body.exposeSecretBytes(), nonce, 64);
    const body = collideXchacha(
      {
        left: { key: one.body.exposeSecretBytes(), associatedData: aadLeft },
        right: { key: two.body.exposeSecretBytes(), associatedData: aadRight },
        nonce,
      },
      {
        ciphertext: plain.map((byte, i) => byte ^ (stream[i] ?? 0)),
        freeBlocks: [1, 2],
        tag: BigInt(`0x${Buffer.from(tagBytes).toString("hex")}`),
      },
    );
    if (body === undefined) continue;
    const rawOpens = [[one, aadLeft] as const, [two, aadRight] as const].map(
      ([{ body: key }, associatedData]) =>
        codeOf(() =>
          primitives.xchacha20Poly1305.decrypt({
            key: key.exposeSecretBytes(),
            nonce,
            ciphertext: body,
            associatedData,
          }),
        ) === "nothing",
    );
    return {
      left,
      right,
      rawOpens,
      fieldForLeft: new Uint8Array([...openLeft, ...body]),
      fieldForRight: new Uint8Array([...openRight, ...body]),
    };
  }
}

describe("A9: not a constant key", () => {
  it("gives 1,000 different ciphertexts of one text, which no constant or foreign key opens", () => {
    const vault = vaultOf("a");
    const fields = Array.from({ length: 1000 }, () => vault.encryptField(place, Plaintext.fromText("same")));
    expect(new Set(fields.map((field) => Buffer.from(field).toString("hex"))).size).toBe(1000);
    expect(new Set(fields.map((field) => Buffer.from(field.subarray(18, 42)).toString("hex"))).size).toBe(1000);
    const constants = [
      new Uint8Array(32),
      new Uint8Array(32).fill(0xff),
      primitives.sha256(new Uint8Array(0)),
      primitives.sha256(encodeUtf8("fake field key of another tenant")),
    ];
    const guesses = constants.map((key) => SecretKey.copyOf("field", key));
    const others = guesses.map((key) => ({
      ...deriveKeyring(primitives, { current: key, reading: [] }).current,
      vault: vaultWith(key),
    }));
    let opened = 0;
    for (const field of fields) {
      for (const [i, { idBytes, commitment, body, vault: guess }] of others.entries()) {
        const open = encodeFieldOpenPart({ keyId: idBytes, nonce: field.subarray(18, 42), commitment });
        const relabelled = new Uint8Array([...open, ...field.subarray(74)]);
        if (codeOf(() => guess.decryptField(place, relabelled)) === "nothing") opened++;
        for (const key of [body.exposeSecretBytes(), constants[i] ?? new Uint8Array(32)]) {
          const raw = { key, nonce: field.subarray(18, 42), ciphertext: field.subarray(74) };
          const associatedData = fieldAssociatedData(field.subarray(0, 74), place);
          if (codeOf(() => primitives.xchacha20Poly1305.decrypt({ ...raw, associatedData })) === "nothing") opened++;
        }
      }
    }
    expect(opened).toBe(0);
  });
});

describe("A12: tag length", () => {
  it("refuses tags of 0 to 15 and 17 bytes", () => {
    const vault = vaultOf("a");
    // 200 bytes, so that a cut field is still longer than the shortest one.
    const field = vault.encryptField(place, Plaintext.own(new Uint8Array(200)));
    for (let cut = 1; cut <= 16; cut++) {
      expect(codeOf(() => vault.decryptField(place, field.subarray(0, -cut)))).toBe("vault/not-authentic");
    }
    for (const extra of [0, 1, 0xff]) {
      expect(codeOf(() => vault.decryptField(place, new Uint8Array([...field, extra])))).toBe("vault/not-authentic");
    }
    expect(vault.decryptField(place, field).lengthBytes).toBe(200);
  });
});

describe("H2: fingerprint collision", () => {
  it("uses the right key of two whose ids start with the same 32 bits, found by a birthday search", () => {
    const [one, two] = findCollidingKeys();
    const idOf = (key: SecretKey<"field">): string => deriveFieldKeyId({ primitives }, key);
    expect(idOf(one).slice(0, 8)).toBe(idOf(two).slice(0, 8));
    expect(idOf(one)).not.toBe(idOf(two));
    const field = vaultWith(one).encryptField(place, Plaintext.fromText("alice"));
    expect(vaultWith(two, one).decryptField(place, field).exposeText()).toBe("alice");
    expect(vaultWith(one, two).decryptField(place, field).exposeText()).toBe("alice");
    expect(codeOf(() => vaultWith(two).decryptField(place, field))).toBe("vault/unknown-key");
    expect(vaultWith(two, one).needsRotation(field)).toBe(true);
    expect(vaultWith(two).decryptField(place, vaultWith(two, one).rotateField(place, field)).exposeText()).toBe(
      "alice",
    );
  });
});

function findCollidingKeys(): readonly [SecretKey<"field">, SecretKey<"field">] {
  const seenByFingerprint = new Map<string, Uint8Array>();
  // The hash of docs/protocol/vault.md §1, without a key object for each of some 80,000 tries.
  const hashed = encodeFields("coterie/field-key-id/1", new Uint8Array(32));
  const view = new DataView(hashed.buffer, hashed.length - 32);
  for (let i = 0; ; i++) {
    view.setUint32(0, i);
    const fingerprint = createHash("sha256").update(hashed).digest("hex").slice(0, 8);
    const key = hashed.slice(-32);
    const earlier = seenByFingerprint.get(fingerprint);
    if (earlier !== undefined) return [SecretKey.copyOf("field", earlier), SecretKey.copyOf("field", key)];
    seenByFingerprint.set(fingerprint, key);
  }
}
