/** Opening contacts, on an organisation's own premises (docs/protocol/actions.md §4). */
import { equalBytes } from "@coterie/bytes";
import type { AgreementKeyPair, Primitives } from "@coterie/primitives";
import type { ReceivedContact } from "./contact.ts";
import { openContent, type OpenedContact } from "./contact-content.ts";
import { type ContactHeader, encodeContactHeader } from "./contact-header.ts";
import { ConsentMismatchError, MalformedHeaderError, NotAuthenticError } from "./errors.ts";
import { deriveKeyId } from "./key-id.ts";
import { contactSizes } from "./limits.ts";
import { copyKeyPairs, copySigningKey, destroyKeyPairs } from "./opener-keys.ts";

/** What is needed to open. */
export interface ContactOpenerInput {
  /** The organisation's keys: the active one and those before it. They are copied. */
  readonly keys: readonly AgreementKeyPair[];
  /** The gateway's Ed25519 public key, pinned. */
  readonly gatewaySigningKey: Uint8Array;
}

/** One row as it was delivered. */
export interface OpenContactInput {
  readonly contact: ReceivedContact;
  readonly header: ContactHeader;
  /** 64 bytes. */
  readonly headerSignature: Uint8Array;
  /** SHA-256 of the consent record that was delivered beside it (§5). */
  readonly consentHash: Uint8Array;
}

/** Opens contacts until it is destroyed. */
export interface ContactOpener {
  /**
   * The person, after every check; nothing is released before the last of them.
   * @throws MalformedHeaderError, MalformedTextError on a header or contact that does not follow its form
   * @throws NotAuthenticError on a wrong signature, box, or anything that was changed
   * @throws UnknownKeyError where it is sealed to a key that is not among the given ones
   * @throws MalformedPlaintextError, ContextMismatchError, CommitmentMismatchError, ConsentMismatchError
   */
  readonly open: (input: OpenContactInput) => OpenedContact;
  /** Wipes the copies of the keys; every later `open` fails. */
  readonly destroy: () => void;
}

/**
 * An opener over copies of `keys`; the caller destroys its own and, at the end, the opener.
 * @throws InvalidPublicKeyError where a key pair's halves do not belong together, or the signing key has not 32 bytes
 */
export function createContactOpener(
  { primitives }: { readonly primitives: Primitives },
  { keys, gatewaySigningKey }: ContactOpenerInput,
): ContactOpener {
  const signingKey = copySigningKey(gatewaySigningKey);
  const keyPairById = copyKeyPairs(primitives, keys);
  return {
    open(input) {
      checkSignature(primitives, { ...input, signingKey });
      const opened = openContent(primitives, { ...input, keyPairById });
      if (!equalBytes(input.consentHash, input.header.consentHash)) throw new ConsentMismatchError();
      return opened;
    },
    destroy: () => destroyKeyPairs(keyPairById),
  };
}

/** The first check: the header is the gateway's, and it is the header of this very contact. Throws NotAuthenticError. */
export function checkSignature(
  primitives: Primitives,
  { contact, header, headerSignature, signingKey }: OpenContactInput & { readonly signingKey: Uint8Array },
): void {
  if (!contactSizes.includes(contact.payload.length - 16))
    throw new MalformedHeaderError("the payload has another size");
  const signed = encodeContactHeader(header);
  const authentic =
    primitives.verify(signingKey, signed, headerSignature) &&
    equalBytes(primitives.sha256(contact.payload), header.payloadHash) &&
    equalBytes(contact.nonce, header.nonce) &&
    equalBytes(contact.signKey.public, header.signKey) &&
    contact.publicKey.id === header.key &&
    contact.signKey.id === deriveKeyId(primitives, contact.signKey.public);
  if (!authentic) throw new NotAuthenticError();
}
