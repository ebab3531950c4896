// The part of sodium-native that this package calls: outputs come first and are filled in place.
declare module "sodium-native" {
  type Output = Uint8Array<ArrayBuffer>;

  interface SodiumNative {
    readonly crypto_pwhash_ALG_ARGON2ID13: number;
    readonly randombytes_buf: (target: Output) => void;
    readonly crypto_hash_sha256: (digest: Output, message: Uint8Array) => void;
    readonly crypto_scalarmult_base: (publicKey: Output, secret: Uint8Array) => void;
    /** Throws where the result is zero. */
    readonly crypto_scalarmult: (result: Output, secret: Uint8Array, publicKey: Uint8Array) => void;
    readonly crypto_sign_seed_keypair: (publicKey: Output, secretKey: Output, seed: Uint8Array) => void;
    readonly crypto_sign_detached: (signature: Output, message: Uint8Array, secretKey: Uint8Array) => void;
    readonly crypto_sign_verify_detached: (
      signature: Uint8Array,
      message: Uint8Array,
      publicKey: Uint8Array,
    ) => boolean;
    readonly crypto_core_ed25519_scalar_reduce: (scalar: Output, wide: Uint8Array) => void;
    readonly crypto_core_ed25519_scalar_add: (sum: Output, a: Uint8Array, b: Uint8Array) => void;
    readonly crypto_scalarmult_ed25519_base_noclamp: (point: Output, scalar: Uint8Array) => void;
    readonly crypto_core_ed25519_is_valid_point: (point: Uint8Array) => boolean;
    readonly crypto_secretbox_easy: (ciphertext: Output, plain: Uint8Array, nonce: Uint8Array, key: Uint8Array) => void;
    readonly crypto_secretbox_open_easy: (
      plain: Output,
      ciphertext: Uint8Array,
      nonce: Uint8Array,
      key: Uint8Array,
    ) => boolean;
    readonly crypto_aead_xchacha20poly1305_ietf_encrypt: EncryptAead;
    readonly crypto_aead_xchacha20poly1305_ietf_decrypt: DecryptAead;
    readonly crypto_aead_chacha20poly1305_ietf_encrypt: EncryptAead;
    readonly crypto_aead_chacha20poly1305_ietf_decrypt: DecryptAead;
    readonly crypto_pwhash: (
      output: Output,
      passphrase: Uint8Array,
      salt: Uint8Array,
      passes: number,
      memoryBytes: number,
      algorithm: number,
    ) => void;
  }

  type EncryptAead = (
    ciphertext: Output,
    plain: Uint8Array,
    associatedData: Uint8Array | null,
    secretNonce: null,
    nonce: Uint8Array,
    key: Uint8Array,
  ) => number;

  /** Throws where the tag does not match. */
  type DecryptAead = (
    plain: Output,
    secretNonce: null,
    ciphertext: Uint8Array,
    associatedData: Uint8Array | null,
    nonce: Uint8Array,
    key: Uint8Array,
  ) => number;

  const sodium: SodiumNative;
  export default sodium;
  export type { DecryptAead, EncryptAead, SodiumNative };
}
