import { describe, expect, it } from "vitest";
import { encodeBase64Url } from "@coterie/bytes";
import { type AgreementKeyPair, generateAgreementKeyPair } from "@coterie/primitives";
import {
  createKeyFile,
  encodeKeyFile,
  type KeyFile,
  keyFileLimits,
  parseKeyFile,
  unlockKeyFile,
} from "../src/key-file.ts";
import { deriveKeyId } from "../src/seal.ts";
import { backends, createScene, outcomeOf, withCheapArgon2id } from "./fixtures.ts";

const passphrase = "correct horse battery staple (fake)";
const now = () => Date.UTC(2026, 0, 2, 3, 4, 5, 6);

describe.each(backends)("a key file ($backend)", (primitives) => {
  const { random, organisation: keyPair } = createScene(primitives, "key file");

  it("opens with its passphrase at the full price of Argon2id, and with no other", () => {
    const file = createKeyFile({ primitives, random, now }, { keyPair, passphrase, comment: "first key" });
    const read = parseKeyFile(encodeKeyFile(file));
    expect(read).toEqual(file);
    expect(secretOf(unlockKeyFile({ primitives }, { file: read, passphrase }))).toBe(secretOf(keyPair));
    const wrong = () => unlockKeyFile({ primitives }, { file, passphrase: `${passphrase} ` });
    expect(outcomeOf(wrong)).toBe("sealed-box/key-file-not-opened");
  });
});

describe("a key file", () => {
  const scene = createScene();
  const cheap = withCheapArgon2id(scene.primitives);
  const deps = { primitives: cheap.primitives, random: scene.random, now };
  const file = createKeyFile(deps, { keyPair: scene.organisation, passphrase, comment: "für „Zürich“" });
  const other = createKeyFile(deps, { keyPair: scene.partner, passphrase, comment: "" });
  const unlock = (candidate: KeyFile, text = passphrase) =>
    outcomeOf(() => unlockKeyFile(deps, { file: candidate, passphrase: text }));
  const parse = (text: string) => outcomeOf(() => parseKeyFile(text));

  it("says whose key it is, when it was made, and how", () => {
    expect(file).toMatchObject({
      format: "coterie/organisation-key",
      version: 1,
      keyId: deriveKeyId(scene.primitives, scene.organisation.publicKey),
      createdAt: "2026-01-02T03:04:05.006Z",
      comment: "für „Zürich“",
      kdf: { name: "argon2id", memoryKiB: 65536, passes: 3 },
    });
  });

  it("takes a passphrase however it was typed", () => {
    const composed = createKeyFile(deps, { keyPair: scene.partner, passphrase: "Zürich \ufb01ne", comment: "" });
    expect(unlock(composed, "Zu\u0308rich fine")).toBe("opened");
    expect(unlock(composed, "Zurich fine")).toBe("sealed-box/key-file-not-opened");
  });

  it("is refused below the floor and above the ceiling before anything is derived", () => {
    const { least, most } = keyFileLimits.memoryKiB;
    const before = cheap.calls();
    for (const memoryKiB of [0, 8, least - 1, most + 1, 2 ** 40, -1, 65536.5, Number.NaN]) {
      const weak = { ...file, kdf: { ...file.kdf, memoryKiB } };
      expect(unlock(weak)).toBe("sealed-box/key-file-parameters");
      if (Number.isFinite(memoryKiB)) expect(parse(encodeKeyFile(weak))).toBe("sealed-box/key-file-parameters");
      const strength = { memoryKiB, passes: 3 };
      const make = () => createKeyFile(deps, { keyPair: scene.partner, passphrase, comment: "", strength });
      expect(outcomeOf(make)).toBe("sealed-box/key-file-parameters");
    }
    for (const passes of [0, 1, 2, 17, 1000]) {
      const weak = { ...file, kdf: { ...file.kdf, passes } };
      expect(unlock(weak)).toBe("sealed-box/key-file-parameters");
      expect(parse(encodeKeyFile(weak))).toBe("sealed-box/key-file-parameters");
    }
    expect(cheap.calls()).toBe(before);
    for (const strength of [
      { memoryKiB: most, passes: 16 },
      { memoryKiB: most - 1, passes: 15 },
    ]) {
      const strong = createKeyFile(deps, { keyPair: scene.partner, passphrase, comment: "", strength });
      expect(unlock(strong)).toBe("opened");
      expect(unlock({ ...strong, kdf: { ...strong.kdf, passes: 3 } })).toBe("sealed-box/key-file-not-opened");
      expect(unlock({ ...strong, kdf: { ...strong.kdf, memoryKiB: least } })).toBe("sealed-box/key-file-not-opened");
    }
  });

  it("is refused with a value of another file in place of its own", () => {
    expect(unlock(other)).toBe("opened");
    for (const name of ["nonce", "commitment", "wrapped"] as const)
      expect(unlock({ ...file, [name]: other[name] })).toBe("sealed-box/key-file-not-opened");
    expect(unlock({ ...file, kdf: other.kdf })).toBe("sealed-box/key-file-not-opened");
    expect(unlock({ ...file, public: other.public, keyId: other.keyId })).toBe("sealed-box/key-file-not-opened");
    expect(unlock({ ...file, keyId: other.keyId })).toBe("sealed-box/key-file-malformed");
    expect(unlock({ ...file, public: other.public })).toBe("sealed-box/key-file-malformed");
    expect(unlock({ ...other, wrapped: file.wrapped, commitment: file.commitment })).toBe(
      "sealed-box/key-file-not-opened",
    );
  });

  const text = encodeKeyFile(file);
  it.each([
    ["a member twice", text.replace('"version": 1', '"version": 1, "version": 1')],
    ["a member twice, spelled differently", text.replace('"version": 1', '"version": 1, "\\u0076ersion": 1')],
    ["an unknown member", text.replace('"version": 1', '"version": 1, "hint": "x"')],
    ["an unknown member of the derivation", text.replace('"passes": 3', '"passes": 3, "lanes": 1')],
    ["another order", text.replace(/("version": 1),\s+("keyId": "\w+")/, "$2, $1")],
    ["another spelling of a number", text.replace("65536", "65536.0")],
    ["another version", text.replace('"version": 1', '"version": 2')],
    ["another derivation", text.replace("argon2id", "argon2i")],
    ["a number as text", text.replace("65536", '"65536"')],
    ["another format", text.replace("organisation-key", "organisation-keys")],
    ["a missing member", text.replace(/"comment": ".*",/, "")],
    ["a time that does not exist", text.replace("2026-01-02", "2026-02-30")],
    ["a comment of two lines", text.replace("für", "für\\n")],
    ["a comment that is too long", text.replace("für", "f".repeat(200))],
    ["a value that is cut", text.replace(/"wrapped": "../, '"wrapped": "')],
    ["padding in base64url", text.replace(/"nonce": "(\S+)"/, '"nonce": "$1="')],
    ["bytes after it", `${text}x`],
    ["a list", "[]"],
    ["nothing", ""],
    ["white space beyond its limit", text + " ".repeat(4096)],
  ])("is refused with %s", (_what, changed) => {
    expect(changed).not.toBe(text);
    expect(parse(changed)).toBe("sealed-box/key-file-malformed");
  });

  it("may be laid out as an editor likes", () => {
    expect(parseKeyFile(JSON.stringify(file))).toEqual(file);
    expect(parseKeyFile(text.replaceAll("\n", "\r\n\t"))).toEqual(file);
  });

  it("needs a passphrase of 8 to 1024 characters and a key pair whose halves belong together", () => {
    const make = (changes: object) =>
      outcomeOf(() => createKeyFile(deps, { keyPair: scene.partner, passphrase, comment: "", ...changes }));
    for (const length of [0, 7, 1025])
      expect(make({ passphrase: "x".repeat(length) })).toBe("sealed-box/key-file-passphrase");
    for (const length of [8, 9, 1023, 1024]) expect(make({ passphrase: "x".repeat(length) })).toBe("opened");
    const mixed = { publicKey: scene.organisation.publicKey, secretKey: scene.partner.secretKey };
    expect(make({ keyPair: mixed })).toBe("primitives/invalid-public-key");
    expect(make({ comment: "x".repeat(201) })).toBe("sealed-box/key-file-malformed");
    expect(make({ comment: "x".repeat(200) })).toBe("opened");
  });

  it("never holds the same bytes twice for one key and passphrase", () => {
    const again = createKeyFile(deps, { keyPair: scene.organisation, passphrase, comment: "" });
    expect(again.wrapped).not.toBe(file.wrapped);
    expect(again.kdf.salt).not.toBe(file.kdf.salt);
    expect(unlock(again)).toBe("opened");
  });

  it("is refused where it claims the public key of somebody else", () => {
    const stranger = generateAgreementKeyPair(scene.primitives, scene.random);
    const claimed = {
      ...file,
      public: encodeBase64Url(stranger.publicKey),
      keyId: deriveKeyId(scene.primitives, stranger.publicKey),
    };
    expect(unlock(claimed)).toBe("sealed-box/key-file-not-opened");
  });
});

function secretOf({ secretKey }: AgreementKeyPair): string {
  return secretKey.exposeSecretBytes().join();
}
