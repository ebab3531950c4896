/** Chains of one direction and the keys of messages (docs/protocol/sessions.md §6.1). */
import { type Bytes, concatBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { labels } from "../labels.ts";

/** A chain: its key, and the number of the message that comes next. */
export interface Chain {
  readonly key: Bytes;
  readonly index: number;
}

/** Keys of one message: AES-256-CBC, HMAC-SHA-256. */
export interface MessageKeys {
  readonly cipherKey: Bytes;
  readonly macKey: Bytes;
  readonly iv: Bytes;
}

const seedInput = Uint8Array.of(1);
const chainInput = Uint8Array.of(2);

/** What the keys of the next message are derived from. */
export function messageSeedOf({ hmacSha256 }: Pick<Primitives, "hmacSha256">, chain: Chain): Bytes {
  return hmacSha256(chain.key, seedInput);
}

/** The chain after one message. */
export function nextChain({ hmacSha256 }: Pick<Primitives, "hmacSha256">, chain: Chain): Chain {
  return { key: hmacSha256(chain.key, chainInput), index: chain.index + 1 };
}

/** The keys of a message from its seed and from the key of the post-quantum ratchet. */
export function deriveMessageKeys(
  { hkdfSha256 }: Pick<Primitives, "hkdfSha256">,
  { seed, quantumKey }: { readonly seed: Bytes; readonly quantumKey: Bytes },
): MessageKeys {
  const derived = hkdfSha256({ secret: seed, salt: quantumKey, info: labels.messageKeys, lengthBytes: 80 });
  return { cipherKey: derived.slice(0, 32), macKey: derived.slice(32, 64), iv: derived.slice(64) };
}

/** A root key and a chain after an agreement entered. */
export interface RootStep {
  readonly rootKey: Bytes;
  readonly chain: Chain;
}

/** The root step (§6.2) of an agreement, whose 32 bytes are wiped. */
export function stepRoot(
  { hkdfSha256 }: Pick<Primitives, "hkdfSha256">,
  { rootKey, agreed }: { readonly rootKey: Bytes; readonly agreed: Bytes },
): RootStep {
  const derived = hkdfSha256({ secret: agreed, salt: rootKey, info: labels.root, lengthBytes: 64 });
  agreed.fill(0);
  return { rootKey: derived.slice(0, 32), chain: { key: derived.slice(32), index: 0 } };
}

/** One array of several, for a derivation; they are wiped. */
export function joinSecrets(...parts: readonly Bytes[]): Bytes {
  const joined = concatBytes(...parts);
  for (const part of parts) part.fill(0);
  return joined;
}
