import { encodeHex } from "@coterie/bytes";
import { generateAgreementKeyPair, generateSigningKeyPair, type RandomSource, randomBytes } from "@coterie/primitives";
import { loadBrowserPrimitives, systemRandom as browserRandom } from "@coterie/primitives/browser";
import { nodePrimitives, systemRandom as nodeRandom } from "@coterie/primitives/node";
import { expect, it } from "vitest";

it.each([
  ["Node", nodeRandom],
  ["browsers", browserRandom],
])("fills any length with the randomness of %s, beyond what one draw gives", (_name, random) => {
  for (const lengthBytes of [0, 1, 32, 256, 257, 65_536, 65_537, 200_000]) {
    const bytes = randomBytes(random, lengthBytes);
    expect(bytes).toHaveLength(lengthBytes);
    // The last 32 bytes: a draw that ended early would leave zeros there.
    if (lengthBytes >= 32) expect(bytes.subarray(-32).some((byte) => byte !== 0)).toBe(true);
  }
});

it("draws different keys every time, and the same from the same seed", () => {
  const drawn = Array.from({ length: 1000 }, () => encodeHex(randomBytes(nodeRandom, 32)));
  expect(new Set(drawn).size).toBe(1000);
  const seeded: RandomSource = { fill: (target) => target.fill(7) };
  const [one, two] = [seeded, seeded].map((random) => generateAgreementKeyPair(nodePrimitives, random));
  expect(two?.publicKey).toEqual(one?.publicKey);
  expect(generateSigningKeyPair(nodePrimitives, seeded).publicKey).toEqual(
    nodePrimitives.deriveSigningKeyPair(new Uint8Array(32).fill(7)).publicKey,
  );
});

it("wipes the seed of a key pair", () => {
  let seed = new Uint8Array(0);
  const spying: RandomSource = {
    fill: (target) => {
      seed = target;
      target.fill(9);
    },
  };
  const pair = generateSigningKeyPair(nodePrimitives, spying);
  expect(seed).toEqual(new Uint8Array(32));
  expect(pair.secretKey.exposeSecretBytes()).toEqual(new Uint8Array(32).fill(9));
});

it("opens with one backend what Node encapsulated with its own randomness", async () => {
  const browser = await loadBrowserPrimitives();
  for (const name of ["mlKem768", "mlKem1024"] as const) {
    const pair = nodePrimitives[name].deriveKeyPair(randomBytes(nodeRandom, 64));
    const made = nodePrimitives[name].encapsulate(nodeRandom, pair.publicKey);
    const again = nodePrimitives[name].encapsulate(nodeRandom, pair.publicKey);
    expect(again.ciphertext).not.toEqual(made.ciphertext);
    const opened = browser[name].decapsulate(pair.secretKey, made.ciphertext);
    expect(opened.exposeSecretBytes()).toEqual(made.sharedSecret.exposeSecretBytes());
  }
});
