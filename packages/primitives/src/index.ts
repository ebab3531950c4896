/**
 * What all backends share: the interface, the errors, the rules for public keys, and functions built on it. The backends themselves are
 * `@coterie/primitives/node`, `/browser` and `/portable`.
 */
export {
  AuthenticationFailedError,
  InvalidParameterError,
  InvalidPublicKeyError,
  type PrimitivesError,
} from "./errors.ts";
export { checkAgreementPublicKey } from "./borders/agreement-keys.ts";
export { isUsableSigningKey } from "./borders/signature-rule.ts";
export { deriveKeyId, deriveKeyIdBytes, type KeyId, keyIdBytes, keyIdLabel, parseKeyId } from "./key-id.ts";
export type {
  Aead,
  AeadDecryptInput,
  AeadEncryptInput,
  AgreementKeyPair,
  Argon2idInput,
  HkdfInput,
  Kem,
  KemInParts,
  Primitives,
  RandomSource,
  SigningKeyPair,
} from "./types.ts";
export { generateAgreementKeyPair, generateSigningKeyPair, randomBytes } from "./random.ts";
