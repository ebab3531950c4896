/**
 * The one synchronous interface that every backend implements: Node (`./node`), browser (`./browser`) and the portable
 * twin (`./portable`) that the other two are checked against. Nothing here chooses an algorithm from input.
 *
 * Symmetric keys are raw arrays, since they are derived, used and wiped by the caller within one function; long-lived
 * keys are opaque {@link SecretKey}s.
 */
import type { Bytes, SecretKey } from "@coterie/bytes";

/** Where randomness comes from. Passed in everywhere: no package below the apps has a default. */
export interface RandomSource {
  /** Fills `target` with unpredictable bytes from the operating system. */
  readonly fill: (target: Bytes) => void;
}

/** An X25519 key pair (RFC 7748). `publicKey` has 32 bytes. Whoever generated it destroys `secretKey`. */
export interface AgreementKeyPair {
  readonly publicKey: Bytes;
  readonly secretKey: SecretKey<"x25519">;
}

/** An Ed25519 key pair (RFC 8032). `publicKey` has 32 bytes; the secret is the 32-byte seed. */
export interface SigningKeyPair {
  readonly publicKey: Bytes;
  readonly secretKey: SecretKey<"ed25519">;
}

/** An AEAD with its tag (16 bytes) at the end of the ciphertext. */
export interface Aead {
  readonly keyLengthBytes: 32;
  readonly nonceLengthBytes: 12 | 24;
  readonly tagLengthBytes: 16;
  /** Ciphertext of `plain.length + 16` bytes. The caller guarantees that (key, nonce) is used once. */
  readonly encrypt: (input: AeadEncryptInput) => Bytes;
  /** @throws AuthenticationFailedError on any wrong input, with nothing released */
  readonly decrypt: (input: AeadDecryptInput) => Bytes;
}

/** What {@link Aead} encrypts. Associated data is authenticated, not hidden; it may be empty, never left out. */
export interface AeadEncryptInput {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly plain: Uint8Array;
  readonly associatedData: Uint8Array;
}

/** What {@link Aead} decrypts: all of it as it was encrypted, with the tag at the end of the ciphertext. */
export interface AeadDecryptInput {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly associatedData: Uint8Array;
}

/** What HKDF (RFC 5869) derives from. One `secret` serves several keys when `info` names each. */
export interface HkdfInput {
  readonly secret: Uint8Array;
  /** May be empty: then the hash's length of zeros (RFC 5869 §2.2). */
  readonly salt: Uint8Array;
  readonly info: Uint8Array;
  /** 1 to 255 times the hash's length. */
  readonly lengthBytes: number;
}

/** What Argon2id (RFC 9106) derives from, and what a guess costs. Errors: InvalidParameterError outside of the ranges. */
export interface Argon2idInput {
  readonly passphrase: Uint8Array;
  /** 16 bytes. */
  readonly salt: Uint8Array;
  readonly memoryKiB: number;
  readonly passes: number;
  /** 16 to 1,024. One lane, version 0x13 (RFC 9106). */
  readonly lengthBytes: number;
}

/** ML-KEM (FIPS 203) or its forerunner Kyber. The secret is kept as the 64-byte seed (d || z). */
export interface Kem<Use extends string = "ml-kem"> {
  readonly publicKeyLengthBytes: number;
  readonly ciphertextLengthBytes: number;
  /** From 64 bytes of seed. */
  readonly deriveKeyPair: (seed: Uint8Array) => { readonly publicKey: Bytes; readonly secretKey: SecretKey<Use> };
  /** @throws InvalidPublicKeyError where the encapsulation key fails the modulus check (FIPS 203 §7.2) */
  readonly encapsulate: (
    random: RandomSource,
    publicKey: Uint8Array,
  ) => { readonly ciphertext: Bytes; readonly sharedSecret: SecretKey<"shared"> };
  /**
   * Implicit rejection: a tampered ciphertext of the right length gives an unrelated secret.
   * @throws AuthenticationFailedError on a ciphertext of another length
   */
  readonly decapsulate: (secretKey: SecretKey<Use>, ciphertext: Uint8Array) => SecretKey<"shared">;
}

/**
 * ML-KEM-768 whose public key and ciphertext travel in parts: the header (64 bytes: matrix seed || SHA3-256 of the whole key)
 * is enough for the first part of a ciphertext (960 bytes), the vector (1,152 bytes) for the second one (128 bytes).
 */
export interface KemInParts {
  /** From 64 bytes of seed. */
  readonly deriveKeyPair: (seed: Uint8Array) => {
    readonly header: Bytes;
    readonly vector: Bytes;
    readonly secretKey: SecretKey<"ml-kem">;
  };
  /** `state` (32 bytes) is for the second part, and opens the first one: destroy it after that. */
  readonly encapsulateFirst: (
    random: RandomSource,
    header: Uint8Array,
  ) => {
    readonly first: Bytes;
    readonly sharedSecret: SecretKey<"shared">;
    readonly state: SecretKey<"encapsulation">;
  };
  /** @throws InvalidPublicKeyError where header and vector do not belong together, or the vector is not reduced */
  readonly checkVector: (header: Uint8Array, vector: Uint8Array) => void;
  /** @throws InvalidPublicKeyError as {@link checkVector} does */
  readonly encapsulateSecond: (
    state: SecretKey<"encapsulation">,
    key: { readonly header: Uint8Array; readonly vector: Uint8Array },
  ) => Bytes;
  /** Implicit rejection, as in {@link Kem}. */
  readonly decapsulate: (
    secretKey: SecretKey<"ml-kem">,
    ciphertext: { readonly first: Uint8Array; readonly second: Uint8Array },
  ) => SecretKey<"shared">;
}

/** Every primitive. One object per backend; stateless, so it may be shared. */
export interface Primitives {
  readonly backend: "node" | "browser" | "portable";

  readonly sha256: (message: Uint8Array) => Bytes;
  readonly sha512: (message: Uint8Array) => Bytes;
  readonly hmacSha256: (key: Uint8Array, message: Uint8Array) => Bytes;
  readonly hmacSha512: (key: Uint8Array, message: Uint8Array) => Bytes;
  readonly hkdfSha256: (input: HkdfInput) => Bytes;
  readonly hkdfSha512: (input: HkdfInput) => Bytes;

  /** The pair of a 32-byte X25519 secret; the secret is copied. */
  readonly deriveAgreementKeyPair: (secret: Uint8Array) => AgreementKeyPair;
  /** @throws InvalidPublicKeyError on a key that is low-order or not canonical (>= 2^255 - 19, or the top bit set), or a zero result */
  readonly agree: (secretKey: SecretKey<"x25519">, publicKey: Uint8Array) => SecretKey<"shared">;
  /** Refuses what {@link agree} would refuse, without a secret: call it before anything is encrypted to the key. */
  readonly checkAgreementPublicKey: (publicKey: Uint8Array) => void;

  /** The pair of a 32-byte Ed25519 seed; the seed is copied. */
  readonly deriveSigningKeyPair: (seed: Uint8Array) => SigningKeyPair;
  /** 64 bytes, deterministic (RFC 8032). */
  readonly sign: (secretKey: SecretKey<"ed25519">, message: Uint8Array) => Bytes;
  /** libsodium's rule on every backend: s < L, canonical and not small-order key and R. False, never a throw, for bad input of any length. */
  readonly verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

  /**
   * XEdDSA in Signal's form: 64 bytes that {@link verifyWithAgreementKey} takes. `random`: 64 bytes, fresh for each signature.
   * The key may be used for agreements as well (specification §7).
   */
  readonly signWithAgreementKey: (
    secretKey: SecretKey<"x25519">,
    input: { readonly message: Uint8Array; readonly random: Uint8Array },
  ) => Bytes;
  /** By an X25519 public key; the rule of {@link verify} after conversion. False, never a throw, for bad input of any length. */
  readonly verifyWithAgreementKey: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
  /**
   * What {@link checkAgreementPublicKey} refuses, and keys with a part of small order or on the twist: two spellings of such a key
   * agree on the same secret, so a protocol that names sessions by keys refuses them.
   * @throws InvalidPublicKeyError
   */
  readonly checkPrimeOrderPublicKey: (publicKey: Uint8Array) => void;

  /** NaCl crypto_box_beforenm: HSalsa20 of the X25519 result. Refuses what {@link agree} refuses. */
  readonly deriveBoxKey: (secretKey: SecretKey<"x25519">, publicKey: Uint8Array) => SecretKey<"box">;
  /** NaCl crypto_secretbox (XSalsa20-Poly1305), tag first: 16 + plain.length bytes. Nonce 24 bytes. */
  readonly encryptBox: (key: SecretKey<"box">, nonce: Uint8Array, plain: Uint8Array) => Bytes;
  /** @throws AuthenticationFailedError on any wrong input */
  readonly decryptBox: (key: SecretKey<"box">, nonce: Uint8Array, ciphertext: Uint8Array) => Bytes;

  readonly xchacha20Poly1305: Aead;
  readonly chacha20Poly1305: Aead;
  readonly aes256Gcm: Aead;
  /** AES-256-CBC with PKCS#7, IV of 16 bytes: no authentication, only for protocols that add their own. */
  readonly encryptAes256Cbc: (key: Uint8Array, iv: Uint8Array, plain: Uint8Array) => Bytes;
  /** @throws AuthenticationFailedError on bad padding or length: call only after a MAC was checked */
  readonly decryptAes256Cbc: (key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array) => Bytes;

  readonly argon2id: (input: Argon2idInput) => Bytes;
  readonly mlKem768: Kem;
  readonly mlKem1024: Kem;
  readonly mlKem768Parts: KemInParts;
  /** Round 3 of NIST's competition, not FIPS 203: for Signal's prekeys alone. In JavaScript on every platform. */
  readonly kyber1024: Kem<"kyber">;
}
