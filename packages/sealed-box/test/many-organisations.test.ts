// 1 to 20 organisations: what one opens, the others open too; what was sealed to one, the others do not open.
import { describe, expect, it } from "vitest";
import { concatBytes, Plaintext } from "@coterie/bytes";
import { type AgreementKeyPair, generateAgreementKeyPair, randomBytes } from "@coterie/primitives";
import { bodyAssociatedData, deriveBodyKeys, deriveWrapKeys } from "../src/envelope-keys.ts";
import { encodeEnvelopeHead } from "../src/envelope-layout.ts";
import { deriveKeyIdBytes } from "../src/key-id.ts";
import { createContactOpener, openEnvelope } from "../src/open.ts";
import { contactCommitment, sealEnvelope } from "../src/seal.ts";
import { alice, bob, countOutcomes, createRow, createScene, outcomeOf, pickBelow } from "./fixtures.ts";

const scene = createScene();
const { primitives, random } = scene;
const organisations = Array.from({ length: 20 }, () => generateAgreementKeyPair(primitives, random));
const context = ["coterie/test/1"];
const sizes = Array.from({ length: 20 }, (_, i) => i + 1);
const open = (envelope: Uint8Array, keyPair: AgreementKeyPair) =>
  outcomeOf(() => openEnvelope(scene, { envelope, keyPair, context }));

function seal(text: string, pairs: readonly AgreementKeyPair[]): Uint8Array {
  const recipients = pairs.map((pair) => pair.publicKey);
  return sealEnvelope(scene, { plaintext: Plaintext.fromText(text), recipients, context });
}

describe.each(sizes)("%i organisations", (count) => {
  const pairs = organisations.slice(0, count);

  it("all open one content, or all refuse once an operator has touched the list", () => {
    const envelope = seal("one content", pairs);
    const twin = seal("two content", pairs);
    for (const keyPair of pairs)
      expect(openEnvelope(scene, { envelope, keyPair, context }).exposeText()).toBe("one content");
    const at = (index: number) => 91 + 68 * index;
    const tampered: Uint8Array[] = [];
    for (let index = 0; index < count; index++) {
      // A wrap of the other envelope; a recipient dropped; one added.
      const mixed = Uint8Array.from(envelope);
      mixed.set(twin.subarray(at(index) + 20, at(index + 1)), at(index) + 20);
      tampered.push(mixed, without(envelope, index));
    }
    if (count < 20) tampered.push(withStranger(envelope, count));
    if (count > 1)
      tampered.push(
        concatBytes(
          envelope.slice(0, at(0)),
          envelope.slice(at(1), at(2)),
          envelope.slice(at(0), at(1)),
          envelope.slice(at(2)),
        ),
      );
    const outcomes = tampered.flatMap((changed) => pairs.map((keyPair) => open(changed, keyPair)));
    expect(countOutcomes(outcomes)["opened"]).toBeUndefined();
  });

  it("open the same person of one action, or the one who was lied to refuses", () => {
    const salt = randomBytes(random, 32);
    const commitment = contactCommitment(primitives, { person: alice, salt });
    const liedTo = pickBelow(random, count);
    const outcomes = pairs.map((keyPair, index) => {
      const row = createRow(scene, { keyPair, salt, commitment, person: index === liedTo ? bob : alice });
      const opener = createContactOpener(scene, { keys: [keyPair], gatewaySigningKey: scene.gateway.publicKey });
      return outcomeOf(() => expect(opener.open(row).person).toEqual(alice));
    });
    expect(outcomes[liedTo]).toBe("sealed-box/commitment-mismatch");
    expect(outcomes.filter((outcome) => outcome === "opened")).toHaveLength(count - 1);
  });

  it("open nothing that a cheating sealer wraps under another content key than the committed one", () => {
    const { envelope, honest } = sealWithMixedKeys(pairs);
    const outcomes = pairs.map((keyPair) => open(envelope, keyPair));
    for (const [index, outcome] of outcomes.entries())
      expect(outcome).toBe(honest.has(index) ? "opened" : "sealed-box/not-authentic");
  });
});

describe("organisation A", () => {
  it("opens 0 of 1,000 contacts and envelopes addressed to B alone", () => {
    const [a = scene.organisation, b = scene.partner] = organisations;
    const input = { gatewaySigningKey: scene.gateway.publicKey };
    const openerA = createContactOpener(scene, { ...input, keys: [a] });
    const openerB = createContactOpener(scene, { ...input, keys: [b] });
    // A renames its own key to B's, to get behind the look-up: only the box is left to refuse.
    let openedByB = 0;
    for (let i = 0; i < 500; i++) {
      const row = createRow(scene, { keyPair: b });
      expect(outcomeOf(() => openerA.open(row))).toBe("sealed-box/unknown-key");
      const { contact } = row;
      const boxKey = primitives.deriveBoxKey(a.secretKey, contact.signKey.public);
      expect(outcomeOf(() => primitives.decryptBox(boxKey, contact.nonce, contact.payload))).toBe(
        "primitives/authentication-failed",
      );
      const envelope = seal("for b", [b]);
      expect(open(envelope, a)).toBe("sealed-box/unknown-key");
      expect(open(envelope, { publicKey: b.publicKey, secretKey: a.secretKey })).toBe("sealed-box/not-authentic");
      if (outcomeOf(() => openerB.open(row)) === "opened" && open(envelope, b) === "opened") openedByB += 2;
    }
    expect(openedByB).toBe(1000);
  });
});

function without(envelope: Uint8Array, index: number): Uint8Array {
  const start = 91 + 68 * index;
  const head = Uint8Array.from(envelope.subarray(0, start));
  head[90] = (head[90] ?? 0) - 1;
  return concatBytes(head, envelope.subarray(start + 68));
}

function withStranger(envelope: Uint8Array, count: number): Uint8Array {
  const end = 91 + 68 * count;
  const head = Uint8Array.from(envelope.subarray(0, end));
  head[90] = count + 1;
  return concatBytes(head, randomBytes(random, 68), envelope.subarray(end));
}

/** An envelope in which every second recipient gets a content key of its own. */
function sealWithMixedKeys(pairs: readonly AgreementKeyPair[]): { envelope: Uint8Array; honest: ReadonlySet<number> } {
  const nonce = randomBytes(random, 24);
  const contentKey = randomBytes(random, 32);
  const { bodyKey, commitment } = deriveBodyKeys(primitives, { contentKey, nonce });
  const ephemeral = generateAgreementKeyPair(primitives, random);
  const head = encodeEnvelopeHead({ ephemeralKey: ephemeral.publicKey, nonce, commitment }, pairs.length);
  const honest = new Set([...pairs.keys()].filter((index) => index % 2 === 0));
  const wraps = pairs.map(({ publicKey }, index) => {
    const { secretKey, publicKey: ephemeralKey } = ephemeral;
    const keys = deriveWrapKeys(primitives, { secretKey, peer: publicKey, ephemeralKey, recipientKey: publicKey });
    const plain = honest.has(index) ? contentKey : randomBytes(random, 32);
    const wrapped = primitives.xchacha20Poly1305.encrypt({ ...keys, plain, associatedData: head });
    return concatBytes(deriveKeyIdBytes(primitives, publicKey), wrapped);
  });
  const front = concatBytes(head, ...wraps);
  // Length 0 and no padding.
  const plain = new Uint8Array(4);
  const associatedData = bodyAssociatedData(front, context);
  const body = primitives.xchacha20Poly1305.encrypt({ key: bodyKey, nonce, plain, associatedData });
  return { envelope: concatBytes(front, body), honest };
}
