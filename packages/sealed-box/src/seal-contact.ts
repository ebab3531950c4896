/** Sealing one contact with a throw-away sender (docs/protocol/actions.md §3): the default. */
import { type Bytes, type Ciphertext, copyBytes, type Plaintext } from "@coterie/bytes";
import { type AgreementKeyPair, type Primitives, type RandomSource, randomBytes } from "@coterie/primitives";
import type { ContactKey, SealedContact } from "./contact.ts";
import { NotPaddedError } from "./errors.ts";
import { deriveKeyId } from "./key-id.ts";
import { contactSizes } from "./limits.ts";

/** What sealing needs. */
export interface SealingDeps {
  readonly primitives: Primitives;
  readonly random: RandomSource;
}

/** What is sealed, and to whom. */
export interface SealContactInput {
  /** From `createContactPlaintext`, with the id of the recipient's key in its context; the caller destroys it. */
  readonly plaintext: Plaintext;
  /** The organisation's X25519 public key. */
  readonly recipient: { readonly public: Uint8Array };
}

/**
 * Seals one contact. The sender's key pair exists for this one contact and is wiped before the function returns: nobody but
 * the holder of the organisation's secret key opens it, this process included.
 * @throws InvalidPublicKeyError on an unusable key, before anything is encrypted
 * @throws NotPaddedError where the plain text has none of the four sizes
 */
export function sealContact({ primitives, random }: SealingDeps, input: SealContactInput): SealedContact {
  // Checked first, so that a bad key costs no key pair.
  primitives.checkAgreementPublicKey(input.recipient.public);
  // One request for the sender's secret (32 bytes) and the nonce (24): each has its price.
  const drawn = randomBytes(random, 56);
  let sender: AgreementKeyPair | undefined;
  try {
    sender = primitives.deriveAgreementKeyPair(drawn.subarray(0, 32));
    return sealWith(primitives, { ...input, sender, nonce: drawn.slice(32) });
  } finally {
    drawn.fill(0);
    sender?.secretKey.destroy();
  }
}

/** Seals from a given sender under a given nonce, which must never repeat for this pair of keys. */
export function sealWith(
  primitives: Primitives,
  {
    plaintext,
    recipient,
    sender,
    nonce,
  }: SealContactInput & { readonly sender: AgreementKeyPair; readonly nonce: Bytes },
): SealedContact {
  const plain = plaintext.exposePlainBytes();
  if (!contactSizes.includes(plain.length)) throw new NotPaddedError();
  const publicKey = contactKey(primitives, recipient.public);
  const key = primitives.deriveBoxKey(sender.secretKey, publicKey.public);
  try {
    return {
      // brand: just encrypted
      payload: primitives.encryptBox(key, nonce, plain) as Ciphertext<"contact">,
      nonce,
      publicKey,
      signKey: contactKey(primitives, sender.publicKey),
    };
  } finally {
    key.destroy();
  }
}

function contactKey(primitives: Primitives, publicKey: Uint8Array): ContactKey {
  return { id: deriveKeyId(primitives, publicKey), public: copyBytes(publicKey) };
}
