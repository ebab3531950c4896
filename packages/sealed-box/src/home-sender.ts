/**
 * Sealing with the home organisation's key pair (docs/protocol/actions.md §3): opt-in, for installations whose decryptors
 * expect one static sender. What it does not protect: crypto_box has one symmetric key for both sides, so whoever holds the
 * home secret key opens every such contact ever stored.
 */
import { type Bytes, copyBytes } from "@coterie/bytes";
import { type AgreementKeyPair, randomBytes } from "@coterie/primitives";
import type { SealedContact } from "./contact.ts";
import { type SealContactInput, type SealingDeps, sealWith } from "./seal-contact.ts";

/** One process's use of the home key pair, with its own sequence of nonces. */
export interface HomeSender {
  /** As `sealContact`, from the home key pair. */
  readonly sealContact: (input: SealContactInput) => SealedContact;
}

/**
 * A sender with the home key pair, which stays the caller's to destroy. Make one per process: its nonces start at 24 random
 * bytes and count up by one, whoever receives the contact.
 */
export function createHomeSender({ primitives, random }: SealingDeps, homeKeyPair: AgreementKeyPair): HomeSender {
  const next = randomBytes(random, 24);
  return {
    sealContact(input) {
      const nonce = copyBytes(next);
      // Before anything may throw: a nonce that was taken is never given again.
      incrementNonce(next);
      return sealWith(primitives, { ...input, sender: homeKeyPair, nonce });
    },
  };
}

/** Adds one to a big-endian number of 192 bits, in place; after the last comes zero. */
export function incrementNonce(nonce: Bytes): void {
  for (let i = nonce.length - 1; i >= 0; i--) {
    const sum = ((nonce[i] ?? 0) + 1) & 0xff;
    nonce[i] = sum;
    if (sum !== 0) return;
  }
}
