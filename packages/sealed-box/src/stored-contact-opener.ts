/**
 * Opening contacts that an organisation keeps: their headers are verified once, when they are stored, and opened as often
 * as wanted. What that assumes stands in docs/protocol/actions.md §4.
 */
import type { AgreementKeyPair, Primitives } from "@coterie/primitives";
import { openContent, type OpenedContact } from "./contact-content.ts";
import type { ContactHeaderInput } from "./contact-header.ts";
import { MalformedHeaderError, NotAuthenticError } from "./errors.ts";
import { createContactHeaderEncoder } from "./header-encoder.ts";
import { deriveKeyId } from "./key-id.ts";
import { contactSizes } from "./limits.ts";
import { copyKeyPairs, copySigningKey, destroyKeyPairs } from "./opener-keys.ts";

/**
 * One contact as it was delivered; its header follows from it. `consentHash` is the hash of the consent record beside it,
 * computed by the caller (§5): another record gives another header, which the gateway did not sign.
 */
export interface DeliveredContact extends ContactHeaderInput {
  /** 64 bytes. */
  readonly headerSignature: Uint8Array;
}

/** Verifies the headers of delivered contacts. Needs no secret. */
export interface DeliveredContactVerifier {
  /**
   * Returns where the gateway signed the header of this very contact: the first check of §4.
   * @throws MalformedHeaderError, MalformedTextError on a contact that does not follow its form
   * @throws NotAuthenticError on anything that was changed
   */
  readonly verify: (contact: DeliveredContact) => void;
}

/** Opens stored contacts until it is destroyed. */
export interface StoredContactOpener extends DeliveredContactVerifier {
  /**
   * The person, after every check of §4, the signature first.
   * @throws as `ContactOpener`
   */
  readonly open: (contact: DeliveredContact) => OpenedContact;
  /**
   * The person, after every check but the first, **which is left out**: only for a contact that `verify` has accepted
   * under the same gateway key, and that provably did not change since. A caller that cannot prove it calls `open`.
   * @throws UnknownKeyError, NotAuthenticError, MalformedPlaintextError, ContextMismatchError, CommitmentMismatchError
   */
  readonly openWithVerifiedHeader: (contact: ContactHeaderInput) => OpenedContact;
  /** Wipes the copies of the keys; every later opening fails. */
  readonly destroy: () => void;
}

/**
 * A verifier under the gateway's pinned signing key.
 * @throws InvalidPublicKeyError where the signing key has not 32 bytes
 */
export function createDeliveredContactVerifier(
  { primitives }: { readonly primitives: Pick<Primitives, "sha256" | "verify"> },
  { gatewaySigningKey }: { readonly gatewaySigningKey: Uint8Array },
): DeliveredContactVerifier {
  const signingKey = copySigningKey(gatewaySigningKey);
  const encoder = createContactHeaderEncoder();
  return {
    verify(delivered) {
      const { contact } = delivered;
      if (!contactSizes.includes(contact.payload.length - 16))
        throw new MalformedHeaderError("the payload has another size");
      // Payload hash, nonce, sender and key id are the contact's own here: a changed one gives another header.
      const signed = encoder.encode({ ...delivered, payloadHash: primitives.sha256(contact.payload) });
      const authentic =
        primitives.verify(signingKey, signed, delivered.headerSignature) &&
        // The signed bytes know key ids as bytes; beside the contact they have one spelling.
        contact.publicKey.id === contact.publicKey.id.trim().toLowerCase() &&
        contact.signKey.id === deriveKeyId(primitives, contact.signKey.public);
      if (!authentic) throw new NotAuthenticError();
    },
  };
}

/**
 * An opener over copies of `keys`; the caller destroys its own and, at the end, the opener.
 * @throws InvalidPublicKeyError where a key pair's halves do not belong together, or the signing key has not 32 bytes
 */
export function createStoredContactOpener(
  { primitives }: { readonly primitives: Primitives },
  input: { readonly keys: readonly AgreementKeyPair[]; readonly gatewaySigningKey: Uint8Array },
): StoredContactOpener {
  const { verify } = createDeliveredContactVerifier({ primitives }, input);
  const keyPairById = copyKeyPairs(primitives, input.keys);
  const openWithVerifiedHeader = (delivered: ContactHeaderInput): OpenedContact => {
    const { contact, action, campaign, page, organisation, commitment, consentHash } = delivered;
    const header = { action, campaign, page, organisation, commitment, consentHash, key: contact.publicKey.id };
    return openContent(primitives, { contact, header, keyPairById });
  };
  return {
    verify,
    open(delivered) {
      verify(delivered);
      return openWithVerifiedHeader(delivered);
    },
    openWithVerifiedHeader,
    destroy: () => destroyKeyPairs(keyPairById),
  };
}
