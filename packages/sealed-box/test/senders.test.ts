import { describe, expect, it } from "vitest";
import { equalBytes, type SecretKey } from "@coterie/bytes";
import { generateAgreementKeyPair, type RandomSource } from "@coterie/primitives";
import { incrementNonce } from "../src/home-sender.ts";
import { createContactOpener, type OpenContactInput } from "../src/open.ts";
import { createHomeSender } from "../src/seal.ts";
import { alice, backends, createRow, createScene, outcomeOf, type Scene } from "./fixtures.ts";

/** Opens a payload from the sender's side: with the home secret key and the organisation's public key. */
function openFromHome({ primitives }: Scene, home: SecretKey<"x25519">, { contact }: OpenContactInput): string {
  return outcomeOf(() => {
    const key = primitives.deriveBoxKey(home, contact.publicKey.public);
    primitives.decryptBox(key, contact.nonce, contact.payload);
  });
}

describe.each(backends)("the sender of a contact ($backend)", (primitives) => {
  const scene = createScene(primitives, "senders");
  const home = generateAgreementKeyPair(primitives, scene.random);
  const opener = createContactOpener(scene, {
    keys: [scene.organisation],
    gatewaySigningKey: scene.gateway.publicKey,
  });

  it("is thrown away, so that the home key opens no contact", () => {
    const rows = Array.from({ length: 20 }, () => createRow(scene));
    for (const row of rows) {
      expect(openFromHome(scene, home.secretKey, row)).toBe("primitives/authentication-failed");
      expect(opener.open(row).person).toEqual(alice);
    }
    expect(new Set(rows.map((row) => row.contact.signKey.id)).size).toBe(20);
    expect(new Set(rows.map((row) => row.contact.nonce.join())).size).toBe(20);
  });

  it("is the home organisation where that was chosen, and its key then opens every contact", () => {
    const sender = createHomeSender(scene, home);
    const row = createRow(scene, { seal: sender.sealContact });
    expect(opener.open(row).person).toEqual(alice);
    expect(equalBytes(row.contact.signKey.public, home.publicKey)).toBe(true);
    expect(openFromHome(scene, home.secretKey, row)).toBe("opened");
  });
});

describe("the nonces of the home sender", () => {
  it("count up by one, whoever receives the contact", () => {
    const scene = createScene();
    const sender = createHomeSender(scene, generateAgreementKeyPair(scene.primitives, scene.random));
    const seal = (keyPair: Scene["organisation"]) => createRow(scene, { keyPair, seal: sender.sealContact }).contact;
    const numbers = [scene.organisation, scene.partner, scene.organisation].map((keyPair) =>
      numberOf(seal(keyPair).nonce),
    );
    expect(numbers).toEqual([numbers[0], (numbers[0] ?? 0n) + 1n, (numbers[0] ?? 0n) + 2n]);
  });

  it("start elsewhere in every process", () => {
    const scene = createScene();
    const home = generateAgreementKeyPair(scene.primitives, scene.random);
    const first = () => numberOf(createRow(scene, { seal: createHomeSender(scene, home).sealContact }).contact.nonce);
    expect(first()).not.toBe(first());
  });

  it("wrap at 2^192", () => {
    const scene = createScene();
    const last: RandomSource = { fill: (target) => void target.fill(0xff) };
    const home = generateAgreementKeyPair(scene.primitives, scene.random);
    const sender = createHomeSender({ primitives: scene.primitives, random: last }, home);
    const nonces = [1, 2, 3].map(() => numberOf(createRow(scene, { seal: sender.sealContact }).contact.nonce));
    expect(nonces).toEqual([2n ** 192n - 1n, 0n, 1n]);
    const carry = new Uint8Array(24).fill(0xff, 12);
    incrementNonce(carry);
    expect(numberOf(carry)).toBe(2n ** 96n);
  });

  it("are not given again after a contact that could not be sealed", () => {
    const scene = createScene();
    const sender = createHomeSender(scene, generateAgreementKeyPair(scene.primitives, scene.random));
    const nonce = () => numberOf(createRow(scene, { seal: sender.sealContact }).contact.nonce);
    const before = nonce();
    const bad = () =>
      createRow(scene, {
        seal: (input) => sender.sealContact({ ...input, recipient: { public: new Uint8Array(32) } }),
      });
    expect(outcomeOf(bad)).toBe("primitives/invalid-public-key");
    expect(nonce()).toBe(before + 2n);
  });
});

function numberOf(nonce: Uint8Array): bigint {
  return nonce.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
}
