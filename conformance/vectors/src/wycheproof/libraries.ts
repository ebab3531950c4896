/// <reference path="../../../../packages/primitives/src/browser/libsodium-sumo.d.ts" />
/**
 * The files outside of our interface, against the library that the product would take for the job: @noble for AES modes
 * and P-256 signatures in DER, WebCrypto for P-256, JWKs and PBKDF2, jose for JWE and JWS, libsodium for SipHash. They run
 * in Node and in browsers alike.
 */
import { concatBytes, decodeBase64Url, decodeUtf8, equalBytes } from "@coterie/bytes";
import { aeskwp, aessiv, gcmsiv } from "@noble/ciphers/aes.js";
import { p256 } from "@noble/curves/nist.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { compactDecrypt, compactVerify, type JWK } from "jose";
import instantiateSodium, { type LibsodiumModule } from "libsodium-sumo";
import { gives, hexOf, numberOf, type Subject, textOf, type WycheproofCase, type WycheproofGroup } from "./cases.ts";

// These libraries throw errors of many classes for a refusal.
const anyError = (): boolean => true;

/** The subjects by file. */
export async function librarySubjects(): Promise<Readonly<Record<string, Subject>>> {
  const sodium = await instantiateSodium({ getRandomValue: () => 0 }); // draws nothing for SipHash
  sodium._sodium_init();
  return {
    aes_gcm_siv: { accepts: acceptsGcmSiv },
    aes_kwp: { accepts: acceptsKeyWrap },
    aes_siv_cmac: { accepts: acceptsSiv },
    ecdh_secp256r1_webcrypto: { accepts: async (c) => await agreesOnP256(c) },
    ecdsa_secp256r1_sha256: { accepts: acceptsDerSignature },
    ecdsa_secp256r1_sha256_p1363: { accepts: async (c, group) => await acceptsRawSignature(c, group) },
    json_web_encryption: { accepts: async (c, group) => await decryptsJwe(c, group), inProfile: isSupportedJwe },
    json_web_signature: { accepts: async (c, group) => await verifiesJws(c, group), inProfile: isConsistentJws },
    mlkem_768_semi_expanded_decaps: {
      // Invalid cases name no K: whatever comes out of them counts as accepted.
      accepts: (c) => decapsulatesTo(c, typeof c["K"] === "string" ? hexOf(c, "K") : undefined),
    },
    pbkdf2_hmacsha256: { accepts: async (c) => await derivesPbkdf2(c, "SHA-256") },
    pbkdf2_hmacsha512: { accepts: async (c) => await derivesPbkdf2(c, "SHA-512") },
    siphash_2_4: { accepts: (c) => equalBytes(sipHash(sodium, hexOf(c, "key"), hexOf(c, "msg")), hexOf(c, "tag")) },
    x25519_jwk: { accepts: async (c) => await agreesOnX25519(c) },
  };
}

function decapsulatesTo(c: WycheproofCase, expected: Uint8Array | undefined): boolean {
  try {
    const shared = ml_kem768.decapsulate(hexOf(c, "c"), hexOf(c, "dk"));
    return expected === undefined || equalBytes(shared, expected);
  } catch {
    return false;
  }
}

function acceptsGcmSiv(c: WycheproofCase): boolean {
  const cipher = () => gcmsiv(hexOf(c, "key"), hexOf(c, "iv"), hexOf(c, "aad"));
  const [plain, sealed] = [hexOf(c, "msg"), concatBytes(hexOf(c, "ct"), hexOf(c, "tag"))];
  if (!gives(plain, () => cipher().decrypt(sealed), anyError)) return false;
  return c.result !== "valid" || equalBytes(cipher().encrypt(plain), sealed);
}

function acceptsKeyWrap(c: WycheproofCase): boolean {
  const [key, plain, wrapped] = [hexOf(c, "key"), hexOf(c, "msg"), hexOf(c, "ct")];
  return gives(plain, () => aeskwp(key).decrypt(wrapped), anyError);
}

function acceptsSiv(c: WycheproofCase): boolean {
  return gives(hexOf(c, "msg"), () => aessiv(hexOf(c, "key"), hexOf(c, "aad")).decrypt(hexOf(c, "ct")), anyError);
}

function acceptsDerSignature(c: WycheproofCase, group: WycheproofGroup): boolean {
  const publicKey = hexOf(group["publicKey"] as WycheproofGroup, "uncompressed"); // cast: a fixture
  try {
    return p256.verify(hexOf(c, "sig"), hexOf(c, "msg"), publicKey, { format: "der", lowS: false });
  } catch {
    return false;
  }
}

async function acceptsRawSignature(c: WycheproofCase, group: WycheproofGroup): Promise<boolean> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const publicKey = hexOf(group["publicKey"] as WycheproofGroup, "uncompressed"); // cast: a fixture
  const key = await crypto.subtle.importKey("raw", publicKey, algorithm, false, ["verify"]);
  return await crypto.subtle.verify(algorithm, key, hexOf(c, "sig"), hexOf(c, "msg"));
}

async function agreesOnP256(c: WycheproofCase): Promise<boolean> {
  return await agreesByPlatform(c, { name: "ECDH", namedCurve: "P-256" });
}

async function agreesOnX25519(c: WycheproofCase): Promise<boolean> {
  return await agreesByPlatform(c, { name: "X25519" });
}

async function agreesByPlatform(
  c: WycheproofCase,
  algorithm: { readonly name: string; readonly namedCurve?: string },
): Promise<boolean> {
  const [publicJwk, privateJwk] = [c["public"], c["private"]] as [JsonWebKey, JsonWebKey]; // cast: fixtures
  try {
    const peer = await crypto.subtle.importKey("jwk", publicJwk, algorithm, false, []);
    const own = await crypto.subtle.importKey("jwk", privateJwk, algorithm, false, ["deriveBits"]);
    const shared = await crypto.subtle.deriveBits({ ...algorithm, public: peer }, own, 256);
    return equalBytes(new Uint8Array(shared), hexOf(c, "shared"));
  } catch {
    return false;
  }
}

async function derivesPbkdf2(c: WycheproofCase, hash: "SHA-256" | "SHA-512"): Promise<boolean> {
  const key = await crypto.subtle.importKey("raw", hexOf(c, "password"), "PBKDF2", false, ["deriveBits"]);
  const [salt, iterations] = [hexOf(c, "salt"), numberOf(c, "iterationCount")];
  const bits = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash, salt, iterations },
    key,
    numberOf(c, "dkLen") * 8,
  );
  return equalBytes(new Uint8Array(bits), hexOf(c, "dk"));
}

function sipHash(sodium: LibsodiumModule, key: Uint8Array, message: Uint8Array): Uint8Array {
  const [output, keyAt, messageAt] = [sodium._malloc(8), sodium._malloc(16), sodium._malloc(message.length + 1)];
  sodium.HEAPU8.set(key, keyAt);
  sodium.HEAPU8.set(message, messageAt);
  sodium._crypto_shorthash(output, messageAt, message.length, 0, keyAt);
  const digest = sodium.HEAPU8.slice(output, output + 8);
  for (const pointer of [output, keyAt, messageAt]) sodium._free(pointer);
  return digest;
}

async function decryptsJwe(c: WycheproofCase, group: WycheproofGroup): Promise<boolean> {
  const key = group["private"] as JWK; // cast: a fixture
  try {
    const { plaintext } = await compactDecrypt(textOf(c, "jwe"), key);
    return equalBytes(plaintext, hexOf(c, "pt"));
  } catch {
    return false;
  }
}

async function verifiesJws(c: WycheproofCase, group: WycheproofGroup): Promise<boolean> {
  const key = (group["public"] ?? group["private"]) as JWK; // cast: a fixture
  try {
    const jws = textOf(c, "jws");
    // The library takes padding, white space and the other base64 alphabet: six invalid cases would pass without this.
    for (const part of jws.split(".")) decodeBase64Url(part);
    await compactVerify(jws, key, key.alg === undefined ? {} : { algorithms: [key.alg] });
    return true;
  } catch {
    return false;
  }
}

// Profile of JWE: compact form, no RSA1_5 (Bleichenbacher), no compression, no AES-192 (Chromium has none), and a key
// made for the header's algorithm.
function isSupportedJwe(c: WycheproofCase, group: WycheproofGroup): boolean {
  const header = protectedHeaderOf(c["jwe"]);
  return (
    header !== undefined &&
    header["alg"] !== "RSA1_5" &&
    header["zip"] === undefined &&
    !JSON.stringify(header).includes("A192") &&
    algOf(group["private"]) === header["alg"]
  );
}

// Profile of JWS: compact form in canonical base64url, and a key made for the header's algorithm.
function isConsistentJws(c: WycheproofCase, group: WycheproofGroup): boolean {
  const header = protectedHeaderOf(c["jws"]);
  return header !== undefined && algOf(group["public"] ?? group["private"]) === header["alg"];
}

/** The header of a compact JWE or JWS; undefined for other forms and for base64url that is not canonical. */
function protectedHeaderOf(compact: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof compact !== "string") return undefined;
  try {
    const [headerBytes = new Uint8Array(0)] = compact.split(".").map(decodeBase64Url);
    const header: unknown = JSON.parse(decodeUtf8(headerBytes));
    return header as Readonly<Record<string, unknown>>; // cast: a fixture
  } catch {
    return undefined;
  }
}

function algOf(key: unknown): unknown {
  return (key as JWK).alg; // cast: a fixture
}
