/**
 * ML-KEM-768 (FIPS 203) with the encapsulation key and the ciphertext in two parts each, as Signal's sparse post-quantum
 * ratchet sends them. Put together, both are the standard's, and keys and secrets agree with {@link Primitives.mlKem768},
 * which makes key pairs and decapsulates here as well.
 */
import { concatBytes, equalBytes, SecretKey } from "@coterie/bytes";
import { requireLength, requirePublicKeyLength } from "../borders/checks.ts";
import { AuthenticationFailedError, InvalidPublicKeyError } from "../errors.ts";
import { randomBytes } from "../random.ts";
import type { Kem, KemInParts } from "../types.ts";
import type { Keccak } from "./keccak.ts";
import { createLatticeEncryption, type LatticeParameters } from "./public-key-encryption.ts";

const parameters: LatticeParameters = { rank: 3, firstPartBits: 10, secondPartBits: 4 };
const matrixSeedLengthBytes = 32;
const headerRule = { what: "the header of an ML-KEM public key", lengthBytes: 64 };
const vectorRule = { what: "the vector of an ML-KEM public key", lengthBytes: 1152 };
const stateRule = { what: "the state of an ML-KEM encapsulation", lengthBytes: 32 };

/** The parts over a backend's whole ML-KEM-768 and its SHA-3. */
export function createMlKem768Parts(kem: Kem, keccak: Keccak): KemInParts {
  const encryption = createLatticeEncryption(keccak, parameters);
  /** K || r of algorithm 17. */
  const expand = (message: Uint8Array, header: Uint8Array): Uint8Array => {
    const input = concatBytes(message, header.subarray(matrixSeedLengthBytes));
    const expanded = keccak.hash512(input);
    input.fill(0);
    return expanded;
  };
  return {
    deriveKeyPair(seed) {
      const { publicKey, secretKey } = kem.deriveKeyPair(seed);
      const vector = publicKey.slice(0, vectorRule.lengthBytes);
      const header = concatBytes(publicKey.subarray(vectorRule.lengthBytes), keccak.hash256(publicKey));
      return { header, vector, secretKey };
    },
    encapsulateFirst(random, header) {
      requirePublicKeyLength(header, headerRule);
      const message = randomBytes(random, stateRule.lengthBytes);
      const expanded = expand(message, header);
      const first = encryption.encryptFirst({
        matrixSeed: header.subarray(0, matrixSeedLengthBytes),
        coins: expanded.subarray(32),
      });
      const sharedSecret = SecretKey.copyOf("shared", expanded.subarray(0, 32));
      expanded.fill(0);
      return { first, sharedSecret, state: SecretKey.own("encapsulation", message) };
    },
    checkVector(header, vector) {
      requirePublicKeyLength(header, headerRule);
      requirePublicKeyLength(vector, vectorRule);
      const publicKey = concatBytes(vector, header.subarray(0, matrixSeedLengthBytes));
      if (!equalBytes(keccak.hash256(publicKey), header.subarray(matrixSeedLengthBytes))) {
        throw new InvalidPublicKeyError("the parts of the ML-KEM public key do not belong together");
      }
      if (!encryption.isReduced(vector)) throw new InvalidPublicKeyError("the ML-KEM public key is not reduced");
    },
    encapsulateSecond(state, { header, vector }) {
      this.checkVector(header, vector);
      const message = state.exposeSecretBytes();
      requireLength(message, stateRule);
      const expanded = expand(message, header);
      const second = encryption.encryptSecond({ publicVector: vector, coins: expanded.subarray(32), message });
      expanded.fill(0);
      return second;
    },
    decapsulate(secretKey, { first, second }) {
      if (first.length !== encryption.firstPartLengthBytes) throw new AuthenticationFailedError();
      return kem.decapsulate(secretKey, concatBytes(first, second));
    },
  };
}
