/** The widget's box: what it seals, every backend opens; what must be refused is refused before anything is drawn. */
import { type Bytes, decodeHex, encodeUtf8 } from "@coterie/bytes";
import {
  generateAgreementKeyPair,
  InvalidParameterError,
  InvalidPublicKeyError,
  type Primitives,
  type RandomSource,
} from "@coterie/primitives";
import { loadWidgetPrimitives } from "@coterie/primitives/widget";
import { afterEach, describe, expect, it, vi } from "vitest";
import { badAgreementKeys } from "./refusals.ts";

/** Describes the suite; `backends` open what the widget sealed. */
export function describeWidgetBoxes(backends: readonly [Primitives, ...Primitives[]], random: RandomSource): void {
  const [recipients] = backends;
  afterEach(() => vi.unstubAllGlobals());
  const nonce = new Uint8Array(24).fill(1);
  const plain = encodeUtf8("a contact");

  describe.each([
    ["the platform's X25519", () => undefined],
    ["the twin, on a page without WebCrypto", () => vi.stubGlobal("crypto", { getRandomValues })],
    ["the twin, on a platform whose X25519 is wrong", () => vi.stubGlobal("crypto", wrongPlatform)],
  ])("the widget with %s", (_name, arrange) => {
    it("seals what every backend opens", async () => {
      arrange();
      const widget = await loadWidgetPrimitives();
      for (const primitives of backends) {
        const recipient = generateAgreementKeyPair(primitives, random);
        const sealed = await widget.boxToPublicKey({ random, publicKey: recipient.publicKey, nonce, plain });
        expect(sealed.payload).toHaveLength(plain.length + 16);
        const key = primitives.deriveBoxKey(recipient.secretKey, sealed.senderPublicKey);
        expect(primitives.decryptBox(key, nonce, sealed.payload)).toEqual(plain);
      }
    });

    it("seals the same bytes from the same randomness as the backends", async () => {
      arrange();
      const widget = await loadWidgetPrimitives();
      const seeded: RandomSource = { fill: (target) => target.fill(42) };
      for (const primitives of backends) {
        const { publicKey } = generateAgreementKeyPair(primitives, random);
        const sender = primitives.deriveAgreementKeyPair(new Uint8Array(32).fill(42));
        const sealed = await widget.boxToPublicKey({ random: seeded, publicKey, nonce, plain });
        expect(sealed.senderPublicKey).toEqual(sender.publicKey);
        const key = primitives.deriveBoxKey(sender.secretKey, publicKey);
        expect(sealed.payload).toEqual(primitives.encryptBox(key, nonce, plain));
      }
    });

    it("refuses every bad public key before it draws a secret", async () => {
      arrange();
      const widget = await loadWidgetPrimitives();
      let draws = 0;
      const counted: RandomSource = { fill: () => void draws++ };
      const keys = [...Object.values(badAgreementKeys).map(decodeHex), new Uint8Array(31), new Uint8Array(33)];
      for (const publicKey of keys) {
        const sealing = widget.boxToPublicKey({ random: counted, publicKey, nonce, plain });
        await expect(sealing).rejects.toThrow(InvalidPublicKeyError);
      }
      const good = generateAgreementKeyPair(recipients, random).publicKey;
      const short = widget.boxToPublicKey({ random: counted, publicKey: good, nonce: nonce.slice(1), plain });
      await expect(short).rejects.toThrow(InvalidParameterError);
      expect(draws).toBe(0);
    });

    it("wipes the throw-away secret", async () => {
      arrange();
      const widget = await loadWidgetPrimitives();
      let secret: Bytes = new Uint8Array(0);
      const spying: RandomSource = {
        fill: (target) => {
          random.fill(target);
          secret = target;
        },
      };
      const { publicKey } = generateAgreementKeyPair(recipients, random);
      await widget.boxToPublicKey({ random: spying, publicKey, nonce, plain });
      expect(secret).toEqual(new Uint8Array(32));
    });
  });

  it("hashes in the widget as the backends do, on every length around its blocks", async () => {
    const widget = await loadWidgetPrimitives();
    for (let length = 0; length <= 260; length++) {
      const message = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 0xff);
      for (const primitives of backends) expect(widget.sha256(message)).toEqual(primitives.sha256(message));
    }
    const long = new Uint8Array(100_000).fill(0xa5);
    expect(widget.sha256(long)).toEqual(recipients.sha256(long));
  });
}

// Pages without TLS have this much of WebCrypto; the twins blind their secrets with it.
const platformCrypto = crypto;
function getRandomValues(target: Bytes): Bytes {
  return platformCrypto.getRandomValues(target);
}

// Gives a result for everything, so that only the known answer tells that it is wrong.
const wrongPlatform = {
  getRandomValues,
  subtle: {
    importKey: async () => ({ type: "private" }),
    deriveBits: async () => new ArrayBuffer(32),
  },
};
