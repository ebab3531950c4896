/**
 * Sealing a contact again to another key of the same organisation, on its premises (docs/protocol/key-log.md §13): the person, the
 * salt, and so the commitment and the consent stay the same; key, sender and nonce are new.
 */
import { equalBytes } from "@coterie/bytes";
import type { Primitives, RandomSource } from "@coterie/primitives";
import type { SealedContact } from "./contact.ts";
import { openSaltedContent } from "./contact-content.ts";
import { checkSignature, type ContactOpenerInput, type OpenContactInput } from "./contact-opener.ts";
import { createContactPlaintext } from "./contact-plaintext.ts";
import { ConsentMismatchError } from "./errors.ts";
import { deriveKeyId } from "./key-id.ts";
import { copyKeyPairs, copySigningKey, destroyKeyPairs } from "./opener-keys.ts";
import { sealContact } from "./seal-contact.ts";

/** From which keys, and to which. */
export interface ContactRewrapperInput extends ContactOpenerInput {
  /** The organisation's X25519 public key that contacts are sealed to from now on. */
  readonly recipient: { readonly public: Uint8Array };
}

/** Seals contacts again until it is destroyed. */
export interface ContactRewrapper {
  /**
   * The same person for the other key, after every check that opening makes.
   * @throws what `ContactOpener.open` throws, with nothing sealed
   */
  readonly rewrap: (input: OpenContactInput) => SealedContact;
  /** Wipes the copies of the keys. */
  readonly destroy: () => void;
}

/**
 * A rewrapper over copies of `keys`.
 * @throws InvalidPublicKeyError on unusable keys
 */
export function createContactRewrapper(
  { primitives, random }: { readonly primitives: Primitives; readonly random: RandomSource },
  { keys, gatewaySigningKey, recipient }: ContactRewrapperInput,
): ContactRewrapper {
  const signingKey = copySigningKey(gatewaySigningKey);
  primitives.checkAgreementPublicKey(recipient.public);
  const key = deriveKeyId(primitives, recipient.public);
  const keyPairById = copyKeyPairs(primitives, keys);
  return {
    rewrap(input) {
      checkSignature(primitives, { ...input, signingKey });
      const { person, context, salt } = openSaltedContent(primitives, { ...input, keyPairById });
      try {
        if (!equalBytes(input.consentHash, input.header.consentHash)) throw new ConsentMismatchError();
        const plaintext = createContactPlaintext(primitives, { person, context: { ...context, key }, salt });
        try {
          return sealContact({ primitives, random }, { plaintext, recipient });
        } finally {
          plaintext.destroy();
        }
      } finally {
        salt.fill(0);
      }
    },
    destroy: () => destroyKeyPairs(keyPairById),
  };
}
