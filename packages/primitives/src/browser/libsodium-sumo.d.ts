// The part of libsodium's raw WebAssembly exports that this package calls. Pointers and lengths are numbers; a C
// `unsigned long long` is two of them, low word first.
declare module "libsodium-sumo" {
  interface LibsodiumModule {
    /** All memory of the instance; replaced whenever it grows, so read it anew for every access. */
    readonly HEAPU8: Uint8Array<ArrayBuffer>;
    readonly _malloc: (lengthBytes: number) => number;
    readonly _free: (pointer: number) => void;
    readonly _sodium_init: () => number;

    readonly _crypto_hash_sha256: Hash;
    readonly _crypto_hash_sha512: Hash;
    readonly _crypto_hash_sha3256: Hash;
    readonly _crypto_hash_sha3512: Hash;
    readonly _crypto_xof_shake128: Xof;
    readonly _crypto_xof_shake256: Xof;
    readonly _crypto_auth_hmacsha256_statebytes: () => number;
    readonly _crypto_auth_hmacsha256_init: HmacInit;
    readonly _crypto_auth_hmacsha256_update: HmacUpdate;
    readonly _crypto_auth_hmacsha256_final: HmacFinal;
    readonly _crypto_auth_hmacsha512_statebytes: () => number;
    readonly _crypto_auth_hmacsha512_init: HmacInit;
    readonly _crypto_auth_hmacsha512_update: HmacUpdate;
    readonly _crypto_auth_hmacsha512_final: HmacFinal;

    /** SipHash-2-4; only the conformance tests use it. */
    readonly _crypto_shorthash: (
      output: number,
      message: number,
      messageLow: number,
      messageHigh: number,
      key: number,
    ) => number;

    readonly _crypto_scalarmult_base: (publicKey: number, secret: number) => number;
    readonly _crypto_scalarmult: (result: number, secret: number, publicKey: number) => number;
    readonly _crypto_core_hsalsa20: (output: number, input: number, key: number, constant: number) => number;

    readonly _crypto_sign_seed_keypair: (publicKey: number, secretKey: number, seed: number) => number;
    readonly _crypto_sign_detached: (
      signature: number,
      signatureLength: number,
      message: number,
      messageLow: number,
      messageHigh: number,
      secretKey: number,
    ) => number;
    readonly _crypto_sign_verify_detached: (
      signature: number,
      message: number,
      messageLow: number,
      messageHigh: number,
      publicKey: number,
    ) => number;

    readonly _crypto_core_ed25519_scalar_reduce: (scalar: number, wide: number) => void;
    readonly _crypto_core_ed25519_scalar_mul: (product: number, a: number, b: number) => void;
    readonly _crypto_core_ed25519_scalar_add: (sum: number, a: number, b: number) => void;
    readonly _crypto_scalarmult_ed25519_base_noclamp: (point: number, scalar: number) => number;
    readonly _crypto_core_ed25519_is_valid_point: (point: number) => number;

    readonly _crypto_secretbox_easy: SecretBox;
    readonly _crypto_secretbox_open_easy: SecretBox;
    readonly _crypto_aead_xchacha20poly1305_ietf_encrypt: EncryptAead;
    readonly _crypto_aead_xchacha20poly1305_ietf_decrypt: DecryptAead;
    readonly _crypto_aead_chacha20poly1305_ietf_encrypt: EncryptAead;
    readonly _crypto_aead_chacha20poly1305_ietf_decrypt: DecryptAead;

    readonly _crypto_pwhash_alg_argon2id13: () => number;
    readonly _crypto_pwhash: (
      output: number,
      outputLow: number,
      outputHigh: number,
      passphrase: number,
      passphraseLow: number,
      passphraseHigh: number,
      salt: number,
      passesLow: number,
      passesHigh: number,
      memoryBytes: number,
      algorithm: number,
    ) => number;

    readonly _crypto_kem_mlkem768_seed_keypair: (publicKey: number, secretKey: number, seed: number) => number;
    readonly _crypto_kem_mlkem768_enc_deterministic: (
      ciphertext: number,
      sharedSecret: number,
      publicKey: number,
      message: number,
    ) => number;
    readonly _crypto_kem_mlkem768_dec: (sharedSecret: number, ciphertext: number, secretKey: number) => number;
  }

  type Hash = (output: number, message: number, messageLow: number, messageHigh: number) => number;
  type Xof = (output: number, lengthBytes: number, message: number, messageLow: number, messageHigh: number) => number;
  type HmacInit = (state: number, key: number, keyLength: number) => number;
  type HmacUpdate = (state: number, message: number, messageLow: number, messageHigh: number) => number;
  type HmacFinal = (state: number, output: number) => number;
  type SecretBox = (
    output: number,
    input: number,
    inputLow: number,
    inputHigh: number,
    nonce: number,
    key: number,
  ) => number;
  type EncryptAead = (
    ciphertext: number,
    ciphertextLength: number,
    plain: number,
    plainLow: number,
    plainHigh: number,
    associatedData: number,
    associatedDataLow: number,
    associatedDataHigh: number,
    secretNonce: 0,
    nonce: number,
    key: number,
  ) => number;
  type DecryptAead = (
    plain: number,
    plainLength: number,
    secretNonce: 0,
    ciphertext: number,
    ciphertextLow: number,
    ciphertextHigh: number,
    associatedData: number,
    associatedDataLow: number,
    associatedDataHigh: number,
    nonce: number,
    key: number,
  ) => number;

  /** Instantiates the WebAssembly anew. `getRandomValue` gives 32 random bits; libsodium asks for it when it starts. */
  const instantiate: (options: { readonly getRandomValue: () => number }) => Promise<LibsodiumModule>;
  export default instantiate;
  export type { DecryptAead, EncryptAead, Hash, HmacFinal, HmacInit, HmacUpdate, LibsodiumModule, SecretBox, Xof };
}
