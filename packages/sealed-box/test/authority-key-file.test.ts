import { describe, expect, it } from "vitest";
import { encodeBase64Url } from "@coterie/bytes";
import { generateSigningKeyPair } from "@coterie/primitives";
import {
  createKeyAuthorityFile,
  createKeyFile,
  encodeKeyAuthorityFile,
  encodeKeyFile,
  type KeyAuthorityFile,
  parseKeyAuthorityFile,
  parseKeyFile,
  unlockKeyAuthorityFile,
  unlockKeyFile,
} from "../src/key-file.ts";
import { deriveKeyId } from "../src/seal.ts";
import { createScene, outcomeOf, withCheapArgon2id } from "./fixtures.ts";

const passphrase = "correct horse battery staple (fake)";
const now = () => Date.UTC(2026, 0, 2, 3, 4, 5, 6);

describe("the file of a key authority", () => {
  const scene = createScene();
  const { primitives } = withCheapArgon2id(scene.primitives);
  const deps = { primitives, random: scene.random, now };
  const keyPair = generateSigningKeyPair(primitives, scene.random);
  const file = createKeyAuthorityFile(deps, { keyPair, passphrase, comment: "on paper in the safe" });
  const unlock = (candidate: KeyAuthorityFile, text = passphrase) =>
    outcomeOf(() => unlockKeyAuthorityFile(deps, { file: candidate, passphrase: text }));

  it("opens with its passphrase and with no other", () => {
    const read = parseKeyAuthorityFile(encodeKeyAuthorityFile(file));
    expect(read).toEqual(file);
    const opened = unlockKeyAuthorityFile(deps, { file: read, passphrase });
    const message = Uint8Array.of(1, 2, 3);
    expect(primitives.verify(keyPair.publicKey, message, primitives.sign(opened.secretKey, message))).toBe(true);
    expect(unlock(file, `${passphrase} `)).toBe("sealed-box/key-file-not-opened");
  });

  it("does not open where any of its values was changed", () => {
    const other = createKeyAuthorityFile(deps, {
      keyPair: generateSigningKeyPair(primitives, scene.random),
      passphrase,
      comment: "",
    });
    for (const name of ["public", "nonce", "commitment", "wrapped"] as const) {
      expect(unlock({ ...file, [name]: other[name] })).toBe("sealed-box/key-file-not-opened");
    }
    expect(unlock({ ...file, kdf: { ...file.kdf, salt: other.kdf.salt } })).toBe("sealed-box/key-file-not-opened");
    expect(unlock({ ...file, nonce: encodeBase64Url(new Uint8Array(23)) })).toBe("sealed-box/key-file-malformed");
  });

  it("is never an organisation key's, nor the other way round", () => {
    const organisation = createKeyFile(deps, { keyPair: scene.organisation, passphrase, comment: "" });
    expect(outcomeOf(() => parseKeyFile(encodeKeyAuthorityFile(file)))).toBe("sealed-box/key-file-malformed");
    expect(outcomeOf(() => parseKeyAuthorityFile(encodeKeyFile(organisation)))).toBe("sealed-box/key-file-malformed");
    // The bytes of one under the name of the other: the labels differ.
    const { keyId, ...members } = organisation;
    expect(keyId).toBe(deriveKeyId(primitives, scene.organisation.publicKey));
    expect(unlock({ ...members, format: "coterie/key-authority" })).toBe("sealed-box/key-file-not-opened");
    const disguised = {
      ...file,
      format: "coterie/organisation-key" as const,
      keyId: deriveKeyId(primitives, keyPair.publicKey),
    };
    expect(outcomeOf(() => unlockKeyFile(deps, { file: disguised, passphrase }))).toBe(
      "sealed-box/key-file-not-opened",
    );
  });

  it("is refused with members that are repeated, unknown or in another order", () => {
    const text = encodeKeyAuthorityFile(file);
    const parse = (changed: string) => outcomeOf(() => parseKeyAuthorityFile(changed));
    expect(parse(text.replace('"version": 1', '"version": 1, "version": 1'))).toBe("sealed-box/key-file-malformed");
    expect(parse(text.replace('"version": 1', '"version": 1, "more": 1'))).toBe("sealed-box/key-file-malformed");
    expect(parse(text.replace("{", "{ ").replaceAll("\n", " "))).toBe("opened");
  });
});
