// The primitives against what they are built on: the Node backend beside raw sodium-native, WebAssembly beside the
// portable backend. JSON lines; medians of interleaved runs in microseconds, so that load hits both sides alike.
import { encodeUtf8 } from "@coterie/bytes";
import { generateAgreementKeyPair, generateSigningKeyPair, type Primitives, randomBytes } from "@coterie/primitives";
import { loadBrowserPrimitives } from "@coterie/primitives/browser";
import { nodePrimitives, systemRandom as random } from "@coterie/primitives/node";
import { portablePrimitives } from "@coterie/primitives/portable";
import sodium from "sodium-native";

interface Pair {
  readonly name: string;
  readonly ours: () => unknown;
  readonly rival: () => unknown;
  readonly note: string;
}

const runs = 15;
const runMs = 12;

const nonce = randomBytes(random, 24);
const message = randomBytes(random, 600);
const associatedData = encodeUtf8("associated data");
const key = randomBytes(random, 32);

for (const pair of [...againstSodium(), ...againstPortable(await loadBrowserPrimitives())]) report(pair);

function againstSodium(): readonly Pair[] {
  const [alice, bob] = [
    generateAgreementKeyPair(nodePrimitives, random),
    generateAgreementKeyPair(nodePrimitives, random),
  ];
  const signer = generateSigningKeyPair(nodePrimitives, random);
  const [aliceSecret, seed] = [alice.secretKey.exposeSecretBytes(), signer.secretKey.exposeSecretBytes()];
  const [signerPublic, signerSecret] = [new Uint8Array(32), new Uint8Array(64)];
  sodium.crypto_sign_seed_keypair(signerPublic, signerSecret, seed);
  const signature = nodePrimitives.sign(signer.secretKey, message);
  const boxed = (): Uint8Array<ArrayBuffer> => new Uint8Array(message.length + 16);
  return [
    {
      name: "x25519",
      ours: () => nodePrimitives.agree(alice.secretKey, bob.publicKey).destroy(),
      rival: () => sodium.crypto_scalarmult(new Uint8Array(32), aliceSecret, bob.publicKey),
      note: "sodium-native crypto_scalarmult; ours checks the key and the result",
    },
    {
      name: "box 600 B with agreement",
      ours: () => {
        const boxKey = nodePrimitives.deriveBoxKey(alice.secretKey, bob.publicKey);
        nodePrimitives.encryptBox(boxKey, nonce, message);
        boxKey.destroy();
      },
      rival: () => sodium.crypto_box_easy(boxed(), message, nonce, bob.publicKey, aliceSecret),
      note: "sodium-native crypto_box_easy",
    },
    {
      name: "xchacha20poly1305 600 B",
      ours: () => nodePrimitives.xchacha20Poly1305.encrypt({ key, nonce, plain: message, associatedData }),
      rival: () =>
        sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(boxed(), message, associatedData, null, nonce, key),
      note: "sodium-native crypto_aead_xchacha20poly1305_ietf_encrypt",
    },
    {
      name: "ed25519 sign 600 B",
      ours: () => nodePrimitives.sign(signer.secretKey, message),
      rival: () => sodium.crypto_sign_detached(new Uint8Array(64), message, signerSecret),
      note: "sodium-native crypto_sign_detached with an expanded key",
    },
    {
      name: "ed25519 verify 600 B",
      ours: () => nodePrimitives.verify(signerPublic, message, signature),
      rival: () => sodium.crypto_sign_verify_detached(signature, message, signerPublic),
      note: "sodium-native crypto_sign_verify_detached; ours checks the form first",
    },
  ];
}

function againstPortable(browser: Primitives): readonly Pair[] {
  const work: Readonly<Record<string, (primitives: Primitives) => () => unknown>> = {
    x25519: (p) => {
      const [alice, bob] = [generateAgreementKeyPair(p, random), generateAgreementKeyPair(p, random)];
      return () => p.agree(alice.secretKey, bob.publicKey).destroy();
    },
    "xchacha20poly1305 600 B": (p) => () => p.xchacha20Poly1305.encrypt({ key, nonce, plain: message, associatedData }),
    "ed25519 sign 600 B": (p) => {
      const { secretKey } = generateSigningKeyPair(p, random);
      return () => p.sign(secretKey, message);
    },
    "ed25519 verify 600 B": (p) => {
      const { publicKey, secretKey } = generateSigningKeyPair(p, random);
      const signature = p.sign(secretKey, message);
      return () => p.verify(publicKey, message, signature);
    },
    "hmac-sha256 600 B": (p) => () => p.hmacSha256(key, message),
    "ml-kem-768 decapsulate": (p) => {
      const pair = p.mlKem768.deriveKeyPair(randomBytes(random, 64));
      const { ciphertext } = p.mlKem768.encapsulate(random, pair.publicKey);
      return () => p.mlKem768.decapsulate(pair.secretKey, ciphertext).destroy();
    },
  };
  return Object.entries(work).map(([name, make]) => ({
    name: `wasm ${name}`,
    ours: make(browser),
    rival: make(portablePrimitives),
    note: "the portable backend, in Node",
  }));
}

function report({ name, ours, rival, note }: Pair): void {
  const [oursRuns, rivalRuns]: [number[], number[]] = [[], []];
  const [oursTimes, rivalTimes] = [timesPerRun(ours), timesPerRun(rival)];
  for (let run = 0; run < runs; run++) {
    oursRuns.push(timeUs(ours, oursTimes));
    rivalRuns.push(timeUs(rival, rivalTimes));
  }
  const [oursUs, rivalUs] = [median(oursRuns), median(rivalRuns)];
  const line = {
    name,
    ours: rounded(oursUs),
    rival: rounded(rivalUs),
    ratio: rounded(oursUs / rivalUs),
    unit: "us",
    note,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

// Also warms up.
function timesPerRun(work: () => unknown): number {
  for (let times = 1; ; times *= 2) {
    const us = timeUs(work, times);
    if (us * times > runMs * 1000) return times;
  }
}

function timeUs(work: () => unknown, times: number): number {
  const start = performance.now();
  for (let i = 0; i < times; i++) work();
  return ((performance.now() - start) * 1000) / times;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
