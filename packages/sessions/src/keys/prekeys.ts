/** Prekeys: what a device publishes so that others can start sessions while it is away (docs/protocol/sessions.md §3). */
import type { Bytes, SecretKey } from "@coterie/bytes";
import {
  type AgreementKeyPair,
  generateAgreementKeyPair,
  type Primitives,
  randomBytes,
  type RandomSource,
} from "@coterie/primitives";
import { encodeAgreementKey, encodeKyber } from "./public-key.ts";

/** What keys are made with. */
export interface KeyDeps {
  readonly primitives: Primitives;
  readonly random: RandomSource;
}

/** An EC prekey: signed for all, or one-time without a signature. */
export interface Prekey {
  readonly id: number;
  readonly keyPair: AgreementKeyPair;
}

/** An EC prekey with the identity key's signature. */
export interface SignedPrekey extends Prekey {
  /** 64 bytes over type and key. */
  readonly signature: Bytes;
}

/** A Kyber1024 prekey: one-time, or the last resort when none is left. */
export interface KemPrekey {
  readonly id: number;
  readonly publicKey: Bytes;
  readonly secretKey: SecretKey<"kyber">;
  readonly signature: Bytes;
}

/** A one-time EC prekey. */
export function generatePrekey({ primitives, random }: KeyDeps, id: number): Prekey {
  return { id, keyPair: generateAgreementKeyPair(primitives, random) };
}

/** A signed EC prekey. */
export function generateSignedPrekey(
  deps: KeyDeps,
  { id, identity }: { readonly id: number; readonly identity: AgreementKeyPair },
): SignedPrekey {
  const prekey = generatePrekey(deps, id);
  return { ...prekey, signature: signKey(deps, { identity, encoded: encodeAgreementKey(prekey.keyPair.publicKey) }) };
}

/** A signed KEM prekey, kept as its 64-byte seed. */
export function generateKemPrekey(
  deps: KeyDeps,
  { id, identity }: { readonly id: number; readonly identity: AgreementKeyPair },
): KemPrekey {
  const seed = randomBytes(deps.random, 64);
  const { publicKey, secretKey } = deps.primitives.kyber1024.deriveKeyPair(seed);
  seed.fill(0);
  return { id, publicKey, secretKey, signature: signKey(deps, { identity, encoded: encodeKyber(publicKey) }) };
}

function signKey(
  { primitives, random }: KeyDeps,
  { identity, encoded }: { readonly identity: AgreementKeyPair; readonly encoded: Bytes },
): Bytes {
  return primitives.signWithAgreementKey(identity.secretKey, { message: encoded, random: randomBytes(random, 64) });
}
