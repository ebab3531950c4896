/**
 * What all backends share: the interface, the errors, and functions built on it. The backends themselves are
 * `@coterie/primitives/node`, `/browser` and `/portable`.
 */
export {
  AuthenticationFailedError,
  InvalidParameterError,
  InvalidPublicKeyError,
  type PrimitivesError,
} from "./errors.ts";
export type {
  Aead,
  AeadDecryptInput,
  AeadEncryptInput,
  AgreementKeyPair,
  Argon2idInput,
  HkdfInput,
  Kem,
  Primitives,
  RandomSource,
  SigningKeyPair,
} from "./types.ts";
export { generateAgreementKeyPair, generateSigningKeyPair, randomBytes } from "./random.ts";
