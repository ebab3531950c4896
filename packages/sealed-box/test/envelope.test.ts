import { describe, expect, it } from "vitest";
import { Plaintext } from "@coterie/bytes";
import { generateAgreementKeyPair } from "@coterie/primitives";
import { openEnvelope } from "../src/open.ts";
import { padmeLength } from "../src/padme.ts";
import { sealedBoxLimits, sealEnvelope } from "../src/seal.ts";
import { backends, createScene, flipByte, outcomeOf, withCountedEncryption } from "./fixtures.ts";

const context = ["coterie/test/1", new Uint8Array(16), 7];
const content = "the envelope's content";

describe.each(backends)("an envelope ($backend)", (primitives) => {
  const scene = createScene(primitives, "envelope");
  const most = primitives.backend === "node" ? 20 : 3;
  const keyPairs = Array.from({ length: most }, () => generateAgreementKeyPair(primitives, scene.random));
  const seal = (count: number) =>
    sealEnvelope(scene, {
      plaintext: Plaintext.fromText(content),
      recipients: keyPairs.slice(0, count).map((pair) => pair.publicKey),
      context,
    });

  it("opens for each of its recipients, and for nobody else", () => {
    for (let count = 1; count <= most; count++) {
      const envelope = seal(count);
      for (const keyPair of keyPairs.slice(0, count))
        expect(openEnvelope(scene, { envelope, keyPair, context }).exposeText()).toBe(content);
      expect(outcomeOf(() => openEnvelope(scene, { envelope, keyPair: scene.partner, context }))).toBe(
        "sealed-box/unknown-key",
      );
    }
  });

  it("is refused when any byte is changed", () => {
    const envelope = seal(2);
    const [keyPair = scene.partner] = keyPairs;
    const step = primitives.backend === "node" ? 1 : 9;
    for (let at = 0; at < envelope.length; at += step) {
      const run = () => openEnvelope(scene, { envelope: flipByte(envelope, at, 0x80), keyPair, context });
      expect(outcomeOf(run)).toMatch(/^sealed-box\/(not-authentic|malformed-envelope|unknown-key|invalid-recipients)$/);
    }
  });
});

describe("an envelope", () => {
  const scene = createScene();
  const { primitives, random, organisation, partner } = scene;
  const recipients = [organisation.publicKey, partner.publicKey];
  const envelope = sealEnvelope(scene, { plaintext: Plaintext.fromText(content), recipients, context });
  const outcome = (changes: object) =>
    outcomeOf(() => openEnvelope(scene, { envelope, keyPair: organisation, context, ...changes }));

  it("is bound to its context: every field, their number and their order", () => {
    expect(outcome({})).toBe("opened");
    for (const other of [
      [],
      context.slice(1),
      [...context, ""],
      context.toReversed(),
      ["coterie/test/2", ...context.slice(1)],
    ])
      expect(outcome({ context: other })).toBe("sealed-box/not-authentic");
    expect(outcome({ context: [...context.slice(0, 2), 8] })).toBe("sealed-box/not-authentic");
  });

  it("is refused with bytes missing or added, in another version or suite", () => {
    for (const length of [0, 1, 90, 91, 200, envelope.length - 1])
      expect(outcome({ envelope: envelope.slice(0, length) })).toMatch(/malformed-envelope|not-authentic/);
    expect(outcome({ envelope: Uint8Array.of(...envelope, 0) })).toBe("sealed-box/malformed-envelope");
    for (const at of [0, 1])
      expect(outcome({ envelope: flipByte(envelope, at, 3) })).toBe("sealed-box/malformed-envelope");
  });

  it("has 1 to 20 recipients, each once, counted before anything is encrypted", () => {
    const counted = withCountedEncryption(primitives);
    const seal = (list: readonly Uint8Array[]) =>
      outcomeOf(() =>
        sealEnvelope(
          { primitives: counted.primitives, random },
          { plaintext: Plaintext.fromText("x"), recipients: list, context },
        ),
      );
    const many = Array.from({ length: 21 }, () => generateAgreementKeyPair(primitives, random).publicKey);
    expect(seal([])).toBe("sealed-box/invalid-recipients");
    expect(seal(many)).toBe("sealed-box/invalid-recipients");
    expect(seal([...recipients, organisation.publicKey])).toBe("sealed-box/invalid-recipients");
    expect(counted.calls()).toBe(0);
    expect(seal(many.slice(0, 20))).toBe("opened");
    expect(seal(many.slice(0, 19))).toBe("opened");
  });

  it("is refused where its own list names no recipients, too many, or one of them twice", () => {
    for (const count of [0, 21, 255]) {
      const changed = Uint8Array.from(envelope);
      changed[90] = count;
      expect(outcome({ envelope: changed })).toBe("sealed-box/invalid-recipients");
    }
    const doubled = Uint8Array.from(envelope);
    doubled.copyWithin(91 + 68, 91, 91 + 68);
    expect(outcome({ envelope: doubled })).toBe("sealed-box/invalid-recipients");
  });

  it("hides the length of its content up to a Padmé step, and carries at most 4 MiB", () => {
    const lengthOf = (lengthBytes: number) =>
      sealEnvelope(scene, { plaintext: Plaintext.own(new Uint8Array(lengthBytes)), recipients, context }).length;
    expect(lengthOf(1000)).toBe(lengthOf(1019));
    expect(new Set(Array.from({ length: 1000 }, (_, i) => lengthOf(i))).size).toBeLessThan(80);
    const most = sealedBoxLimits.envelopeContentBytes;
    for (const lengthBytes of [most - 1, most]) {
      const large = sealEnvelope(scene, { plaintext: Plaintext.own(new Uint8Array(lengthBytes)), recipients, context });
      expect(openEnvelope(scene, { envelope: large, keyPair: partner, context }).lengthBytes).toBe(lengthBytes);
    }
    expect(outcomeOf(() => lengthOf(most + 1))).toBe("sealed-box/too-large");
  });

  it("opens to nothing where it holds nothing", () => {
    const empty = sealEnvelope(scene, { plaintext: Plaintext.own(new Uint8Array()), recipients, context });
    expect(openEnvelope(scene, { envelope: empty, keyPair: partner, context }).lengthBytes).toBe(0);
  });
});

describe("a Padmé length", () => {
  it("follows the definition, adds at most 12 % and never shrinks", () => {
    let before = 0;
    for (let length = 2; length < 70_000; length++) {
      const padded = padmeLength(length);
      const exponent = Math.floor(Math.log2(length));
      const mask = 2 ** (exponent - (Math.floor(Math.log2(exponent)) + 1 || 0)) - 1;
      if (length >= 4 && padded !== ((length + mask) & ~mask)) expect(padded).toBe((length + mask) & ~mask);
      if (padded < length || padded > Math.ceil(length * 1.12) || padded < before) expect(padded).toBe(length);
      before = padded;
    }
    expect([0, 1, 2, 9, 100, 1000, 1024, 1025].map(padmeLength)).toEqual([0, 1, 2, 10, 104, 1024, 1024, 1088]);
  });
});
