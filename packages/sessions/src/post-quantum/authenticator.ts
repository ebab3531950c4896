/** MACs of what the post-quantum ratchet exchanges, under keys that every epoch's secret enters (docs/protocol/sessions.md §7.3). */
import { type Bytes, concatBytes, equalBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { labels, zeroSalt } from "../labels.ts";
import { encodeUint64 } from "../numbers.ts";

/** Both keys, 32 bytes each. */
export interface Authenticator {
  readonly root: Bytes;
  readonly macKey: Bytes;
}

type Hashes = Pick<Primitives, "hkdfSha256" | "hmacSha256">;

/** The authenticator of a new session, from the key that the handshake gave. */
export function createAuthenticator(hashes: Hashes, handshakeKey: Uint8Array): Authenticator {
  return updateAuthenticator(hashes, {
    authenticator: { root: zeroSalt, macKey: zeroSalt },
    epoch: 1,
    secret: handshakeKey,
  });
}

/** The authenticator after an epoch's secret entered. */
export function updateAuthenticator(
  { hkdfSha256 }: Pick<Hashes, "hkdfSha256">,
  {
    authenticator,
    epoch,
    secret,
  }: { readonly authenticator: Authenticator; readonly epoch: number; readonly secret: Uint8Array },
): Authenticator {
  const derived = hkdfSha256({
    salt: zeroSalt,
    secret: concatBytes(authenticator.root, secret),
    info: concatBytes(labels.authenticator, encodeUint64(epoch)),
    lengthBytes: 64,
  });
  return { root: derived.slice(0, 32), macKey: derived.slice(32) };
}

/** What a MAC is about. */
export interface QuantumMacInput {
  readonly authenticator: Authenticator;
  readonly epoch: number;
  /** The header, or both parts of the ciphertext. */
  readonly what: "header" | "ciphertext";
  readonly parts: readonly Uint8Array[];
}

/** 32 bytes. */
export function quantumMac(
  { hmacSha256 }: Pick<Hashes, "hmacSha256">,
  { authenticator, epoch, what, parts }: QuantumMacInput,
): Bytes {
  return hmacSha256(authenticator.macKey, concatBytes(labels[what], encodeUint64(epoch), ...parts));
}

/** Whether `mac` is right, in constant time. */
export function isQuantumMac(
  hashes: Pick<Hashes, "hmacSha256">,
  { mac, ...input }: QuantumMacInput & { readonly mac: Uint8Array },
): boolean {
  return equalBytes(quantumMac(hashes, input), mac);
}
