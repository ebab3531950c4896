/// <reference path="./browser/libsodium-sumo.d.ts" />
/**
 * The backend for browsers: libsodium compiled to WebAssembly, with AES and ML-KEM-1024 in JavaScript. About 150 kB
 * compressed; a page needs `'wasm-unsafe-eval'` in its content security policy. It runs in Node as well, for tests.
 */
import { browserArgon2id } from "./browser/argon2id.ts";
import { browserAeads, browserBoxes } from "./browser/ciphers.ts";
import { browserAgreement, browserAgreementSignatures, browserSignatures } from "./browser/curves.ts";
import { browserHashes } from "./browser/hashes.ts";
import { browserKeccak } from "./browser/keccak.ts";
import { browserMlKem768 } from "./browser/kem.ts";
import { systemRandom } from "./browser/random.ts";
import { loadSodium, type Sodium } from "./browser/sodium.ts";
import { createKyber1024 } from "./lattice/kyber1024.ts";
import { createMlKem768Parts } from "./lattice/ml-kem-768-parts.ts";
import { portableAes256Gcm, portableCbc } from "./portable/aes.ts";
import { portableMlKem1024 } from "./portable/kem.ts";
import type { Primitives } from "./types.ts";

export { systemRandom };

/**
 * All primitives for a browser; lengths and errors as in {@link Primitives}. Each call instantiates WebAssembly anew,
 * with memory of its own: load once and pass the result on.
 */
export async function loadBrowserPrimitives(): Promise<Primitives> {
  return browserPrimitives(await loadSodium(systemRandom));
}

function browserPrimitives(sodium: Sodium): Primitives {
  const hashes = browserHashes(sodium);
  const signatures = browserSignatures(sodium);
  const keccak = browserKeccak(sodium);
  const mlKem768 = browserMlKem768(sodium);
  return {
    backend: "browser",
    ...hashes,
    ...browserAgreement(sodium),
    ...signatures,
    ...browserAgreementSignatures({ sha512: hashes.sha512, verify: signatures.verify }, sodium),
    ...browserBoxes(sodium),
    ...portableCbc,
    ...browserAeads(sodium),
    aes256Gcm: portableAes256Gcm,
    argon2id: browserArgon2id(sodium),
    mlKem768,
    mlKem1024: portableMlKem1024,
    mlKem768Parts: createMlKem768Parts(mlKem768, keccak),
    kyber1024: createKyber1024(keccak),
  };
}
