// Ciphertexts that are authentic under two keys exist for these ciphers (salamander.ts makes them). Here they are put into
// each of our formats: at most one key opens each.
import { describe, expect, it } from "vitest";
import { xsalsa20 } from "@noble/ciphers/salsa.js";
import { xchacha20 } from "@noble/ciphers/chacha.js";
import { type Bytes, concatBytes, encodeBase64Url, SecretKey } from "@coterie/bytes";
import { generateAgreementKeyPair, randomBytes } from "@coterie/primitives";
import { bodyAssociatedData, deriveBodyKeys, deriveWrapKeys } from "../src/envelope-keys.ts";
import { encodeEnvelopeHead } from "../src/envelope-layout.ts";
import { deriveKeyIdBytes } from "../src/key-id.ts";
import { createKeyFile, unlockKeyFile } from "../src/key-file.ts";
import { decodeKeyFile, keyFileAssociatedData, keyFileLabels } from "../src/key-file-format.ts";
import { createContactOpener, openEnvelope } from "../src/open.ts";
import { deriveKeyId } from "../src/seal.ts";
import { createRow, createScene, outcomeOf, withCheapArgon2id, withContact } from "./fixtures.ts";
import { aeadFrame, type SalamanderInput, solveCollision } from "./salamander.ts";

const collisions = 24;
const scene = createScene();
const { primitives, random } = scene;
const numbers = Array.from({ length: collisions }, (_, i) => i);

/** A body of random blocks that two keys of XChaCha20-Poly1305 take, tag last. */
function collideAead({
  keys,
  nonce,
  associatedData,
  lengthBytes,
}: {
  readonly keys: readonly [Uint8Array, Uint8Array];
  readonly nonce: Uint8Array;
  readonly associatedData: Uint8Array;
  readonly lengthBytes: number;
}): Bytes {
  const [first, second] = keys;
  const polyKey = (key: Uint8Array) => xchacha20(key, nonce, new Uint8Array(32));
  return collide({
    polyKeys: [polyKey(first), polyKey(second)],
    ...aeadFrame(associatedData, lengthBytes),
    lengthBytes,
    tagFirst: false,
  });
}

function collide({
  lengthBytes,
  tagFirst,
  ...input
}: Omit<SalamanderInput, "ciphertext" | "freeBlock"> & {
  readonly lengthBytes: number;
  readonly tagFirst: boolean;
}): Bytes {
  for (;;) {
    const solved = solveCollision({
      ...input,
      ciphertext: randomBytes(random, lengthBytes),
      freeBlock: lengthBytes / 16 - 1,
    });
    if (solved === undefined) continue;
    return tagFirst ? concatBytes(solved.tag, solved.ciphertext) : concatBytes(solved.ciphertext, solved.tag);
  }
}

describe("a two-key collision", () => {
  it("as the body of an envelope opens for at most one of its recipients", () => {
    const pairs = [scene.organisation, scene.partner];
    for (const turn of numbers) {
      const nonce = randomBytes(random, 24);
      const contentKeys = [randomBytes(random, 32), randomBytes(random, 32)] as const;
      const derived = contentKeys.map((contentKey) => deriveBodyKeys(primitives, { contentKey, nonce }));
      const commitment = derived[turn % 2]?.commitment ?? nonce;
      const ephemeral = generateAgreementKeyPair(primitives, random);
      const head = encodeEnvelopeHead({ ephemeralKey: ephemeral.publicKey, nonce, commitment }, 2);
      const wraps = pairs.map(({ publicKey }, i) => {
        const keys = deriveWrapKeys(primitives, {
          secretKey: ephemeral.secretKey,
          peer: publicKey,
          ephemeralKey: ephemeral.publicKey,
          recipientKey: publicKey,
        });
        const plain = contentKeys[i] ?? nonce;
        const wrapped = primitives.xchacha20Poly1305.encrypt({ ...keys, plain, associatedData: head });
        return concatBytes(deriveKeyIdBytes(primitives, publicKey), wrapped);
      });
      const open = concatBytes(head, ...wraps);
      const associatedData = bodyAssociatedData(open, ["coterie/test/1"]);
      const bodyKeys = derived.map((keys) => keys.bodyKey);
      const body = collideAead({
        keys: [bodyKeys[0] ?? nonce, bodyKeys[1] ?? nonce],
        nonce,
        associatedData,
        lengthBytes: 64,
      });
      // The collision is real: the cipher alone takes the body under both keys.
      for (const key of bodyKeys)
        expect(primitives.xchacha20Poly1305.decrypt({ key, nonce, ciphertext: body, associatedData })).toHaveLength(64);
      const envelope = concatBytes(open, body);
      const outcomes = pairs.map((keyPair) =>
        outcomeOf(() => openEnvelope(scene, { envelope, keyPair, context: ["coterie/test/1"] })),
      );
      // The one whose key is committed to gets to the padding of random bytes; the other one stops at the commitment.
      expect(outcomes[turn % 2]).toBe("sealed-box/malformed-plaintext");
      expect(outcomes[1 - (turn % 2)]).toBe("sealed-box/not-authentic");
    }
  });

  it("as the payload of a contact opens for none of two organisations", () => {
    for (const _ of numbers) {
      const sender = generateAgreementKeyPair(primitives, random);
      const nonce = randomBytes(random, 24);
      const pairs = [scene.organisation, scene.partner];
      const boxKeys = pairs.map((pair) =>
        primitives.deriveBoxKey(sender.secretKey, pair.publicKey).exposeSecretBytes(),
      );
      const polyKey = (key: Uint8Array | undefined) => xsalsa20(key ?? nonce, nonce, new Uint8Array(32));
      const none = new Uint8Array();
      const payload = collide({
        polyKeys: [polyKey(boxKeys[0]), polyKey(boxKeys[1])],
        before: none,
        after: none,
        lengthBytes: 512,
        tagFirst: true,
      });
      for (const key of boxKeys)
        expect(primitives.decryptBox(SecretKey.copyOf("box", key), nonce, payload)).toHaveLength(512);
      const signKey = { id: deriveKeyId(primitives, sender.publicKey), public: sender.publicKey };
      const outcomes = pairs.map((keyPair) => {
        const row = createRow(scene, { keyPair });
        const forged = withContact(scene, row, { ...row.contact, payload, nonce, signKey });
        const opener = createContactOpener(scene, { keys: [keyPair], gatewaySigningKey: scene.gateway.publicKey });
        expect(outcomeOf(() => opener.open(row))).toBe("opened");
        return outcomeOf(() => opener.open(forged));
      });
      expect(outcomes).toEqual(["sealed-box/malformed-plaintext", "sealed-box/malformed-plaintext"]);
    }
  });

  it("as a key file opens with at most one passphrase", () => {
    const cheap = withCheapArgon2id(primitives);
    const deps = { primitives: cheap.primitives, random, now: () => 0 };
    const passphrases = ["first passphrase", "second passphrase"];
    for (const turn of numbers) {
      const passphrase = passphrases[turn % 2] ?? "";
      const file = createKeyFile(deps, { keyPair: scene.organisation, passphrase, comment: "" });
      const bytes = decodeKeyFile(file);
      const keyOf = (text: string) =>
        cheap.primitives
          .argon2id({ ...bytes, passphrase: new TextEncoder().encode(text), lengthBytes: 64 })
          .subarray(0, 32);
      const keys = [keyOf(passphrases[0] ?? ""), keyOf(passphrases[1] ?? "")] as const;
      const associatedData = keyFileAssociatedData(keyFileLabels.organisation, bytes);
      const wrapped = collideAead({ keys, nonce: bytes.nonce, associatedData, lengthBytes: 32 });
      for (const key of keys)
        expect(
          primitives.xchacha20Poly1305.decrypt({ key, nonce: bytes.nonce, ciphertext: wrapped, associatedData }),
        ).toHaveLength(32);
      const forged = { ...file, wrapped: encodeBase64Url(wrapped) };
      const unlock = (candidate: typeof file, text: string) =>
        outcomeOf(() => unlockKeyFile(deps, { file: candidate, passphrase: text }));
      expect(unlock(file, passphrase)).toBe("opened");
      for (const text of passphrases) expect(unlock(forged, text)).toBe("sealed-box/key-file-not-opened");
    }
  });
});
