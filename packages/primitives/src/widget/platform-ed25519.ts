/** Ed25519 verification by WebCrypto. */
import { decodeHex } from "@coterie/bytes";

/** Whether a signature is valid that {@link isWellFormedSignature} let pass. */
export type Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => Promise<boolean>;

// Declared here so that the package needs no DOM types.
type PlatformKey = { readonly type: "public" };
type Ed25519 = { readonly name: "Ed25519" };
declare const crypto: {
  readonly subtle: {
    readonly importKey: (
      format: "raw",
      key: Uint8Array,
      algorithm: Ed25519,
      extractable: false,
      usages: readonly "verify"[],
    ) => Promise<PlatformKey>;
    readonly verify: (
      algorithm: Ed25519,
      key: PlatformKey,
      signature: Uint8Array,
      message: Uint8Array,
    ) => Promise<boolean>;
  };
};

/** Test 1 of RFC 8032 §7.1: the empty message. */
const knownKey = decodeHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
const knownSignature = decodeHex(
  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
);

/** False also for a key that the platform refuses to import, since such a key verifies nothing. */
export const verifyByPlatform: Verify = async (publicKey, message, signature) => {
  const algorithm: Ed25519 = { name: "Ed25519" };
  try {
    const key = await crypto.subtle.importKey("raw", publicKey, algorithm, false, ["verify"]);
    return await crypto.subtle.verify(algorithm, key, signature, message);
  } catch {
    return false;
  }
};

/** Whether the platform tells a right signature from a wrong one. */
export async function platformVerifies(): Promise<boolean> {
  const right = await verifyByPlatform(knownKey, new Uint8Array(0), knownSignature);
  return right && !(await verifyByPlatform(knownKey, new Uint8Array(1), knownSignature));
}
