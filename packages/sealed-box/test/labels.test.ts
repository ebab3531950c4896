import { describe, expect, it } from "vitest";
import { encodeFields, encodeUtf8 } from "@coterie/bytes";
import { deriveKeyIdBytes } from "../src/key-id.ts";
import { keyIdLabel } from "@coterie/primitives";
import { contactLabels, derivationLabels, fieldLabels } from "../src/labels.ts";
import { deriveKeyId, keyIdBytes, parseKeyId } from "../src/seal.ts";
import { createScene, outcomeOf } from "./fixtures.ts";

describe("the labels", () => {
  it("are distinct, and as they are encoded none starts another", () => {
    const encoded = [
      ...[keyIdLabel, ...Object.values(contactLabels), ...Object.values(fieldLabels)].map((label) =>
        encodeFields(label),
      ),
      ...Object.values(derivationLabels).map(encodeUtf8),
    ].map((bytes) => `${[...bytes].join(",")},`);
    expect(new Set(encoded).size).toBe(11);
    for (const [i, label] of encoded.entries())
      for (const [j, longer] of encoded.entries()) if (i !== j) expect(longer.startsWith(label)).toBe(false);
  });
});

describe("a key id", () => {
  const { primitives, organisation, partner } = createScene();

  it("is the start of the hash over its fields", () => {
    const fields = encodeFields("coterie/public-key-id/1", "x25519", organisation.publicKey);
    const bytes = primitives.sha256(fields).slice(0, 20);
    expect(deriveKeyIdBytes(primitives, organisation.publicKey)).toEqual(bytes);
    expect(keyIdBytes(deriveKeyId(primitives, organisation.publicKey))).toEqual(bytes);
  });

  it("is read from text that was pasted, and refused where it is mistyped or something else", () => {
    const id = deriveKeyId(primitives, partner.publicKey);
    expect(parseKeyId(` ${id.toUpperCase()}\n`)).toBe(id);
    expect(outcomeOf(() => parseKeyId(id.replace(/.$/, (last) => (last === "q" ? "p" : "q"))))).toBe(
      "bytes/malformed-text",
    );
    expect(outcomeOf(() => parseKeyId("corg1qqqq"))).toBe("bytes/malformed-text");
  });

  it("exists for 32 bytes only", () => {
    for (const lengthBytes of [0, 31, 33])
      expect(outcomeOf(() => deriveKeyId(primitives, new Uint8Array(lengthBytes)))).toBe(
        "primitives/invalid-public-key",
      );
  });
});
