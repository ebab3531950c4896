/// <reference path="./node/sodium-native.d.ts" />
/**
 * The backend for Node: libsodium (sodium-native) for curves, boxes, ChaCha and Argon2id, node:crypto (OpenSSL) for
 * SHA-2, AES and ML-KEM. Both come prebuilt; nothing is compiled on installation.
 */
import sodium from "sodium-native";
import { createArgon2id } from "./borders/passwords.ts";
import { nodeAes256Gcm, nodeBoxes, nodeCbc, nodeChacha20Poly1305, nodeXchacha20Poly1305 } from "./node/ciphers.ts";
import { nodeAgreement, nodeAgreementSignatures, nodeSignatures } from "./node/curves.ts";
import { nodeHashes } from "./node/hashes.ts";
import { nodeKeccak } from "./node/keccak.ts";
import { nodeMlKem768, nodeMlKem1024 } from "./node/kem.ts";
import { createKyber1024 } from "./lattice/kyber1024.ts";
import { createMlKem768Parts } from "./lattice/ml-kem-768-parts.ts";
import type { Primitives } from "./types.ts";

export { systemRandom } from "./node/random.ts";

/** All primitives for Node; lengths and errors as in {@link Primitives}. */
export const nodePrimitives: Primitives = {
  backend: "node",
  ...nodeHashes,
  ...nodeAgreement,
  ...nodeSignatures,
  ...nodeAgreementSignatures,
  ...nodeBoxes,
  ...nodeCbc,
  xchacha20Poly1305: nodeXchacha20Poly1305,
  chacha20Poly1305: nodeChacha20Poly1305,
  aes256Gcm: nodeAes256Gcm,
  argon2id: createArgon2id(({ passphrase, salt, memoryKiB, passes, lengthBytes }) => {
    const output = new Uint8Array(lengthBytes);
    const memoryBytes = memoryKiB * 1024;
    sodium.crypto_pwhash(output, passphrase, salt, passes, memoryBytes, sodium.crypto_pwhash_ALG_ARGON2ID13);
    return output;
  }),
  mlKem768: nodeMlKem768,
  mlKem1024: nodeMlKem1024,
  mlKem768Parts: createMlKem768Parts(nodeMlKem768, nodeKeccak),
  kyber1024: createKyber1024(nodeKeccak),
};
