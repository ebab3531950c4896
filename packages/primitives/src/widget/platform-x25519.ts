/** X25519 by WebCrypto. */
import { type Bytes, concatBytes, decodeHex } from "@coterie/bytes";

/** The X25519 result of a 32-byte secret and a public key that passed the rule; zeros or a throw where it is zero. */
export type Multiply = (secret: Bytes, publicKey: Uint8Array) => Promise<Bytes>;

// Declared here so that the package needs no DOM types.
type PlatformKey = { readonly type: "private" | "public" };
type X25519 = { readonly name: "X25519" };
declare const crypto: {
  readonly subtle: {
    readonly importKey: (
      format: "pkcs8" | "raw",
      key: Uint8Array,
      algorithm: X25519,
      extractable: false,
      usages: readonly "deriveBits"[],
    ) => Promise<PlatformKey>;
    readonly deriveBits: (
      algorithm: X25519 & { readonly public: PlatformKey },
      secretKey: PlatformKey,
      lengthBits: 256,
    ) => Promise<ArrayBuffer>;
  };
};

/** PKCS#8 around a secret (RFC 8410 §7): the one format in which every platform imports it without its public half. */
const secretKeyPrefix = decodeHex("302e020100300506032b656e04220420");

/** Throws where the platform has no X25519. */
export const multiplyByPlatform: Multiply = async (secret, publicKey) => {
  const encoded = concatBytes(secretKeyPrefix, secret);
  try {
    const secretKey = await crypto.subtle.importKey("pkcs8", encoded, { name: "X25519" }, false, ["deriveBits"]);
    const peer = await crypto.subtle.importKey("raw", publicKey, { name: "X25519" }, false, []);
    return new Uint8Array(await crypto.subtle.deriveBits({ name: "X25519", public: peer }, secretKey, 256));
  } finally {
    encoded.fill(0);
  }
};
