/** Opening contacts, on an organisation's own premises (docs/protocol/actions.md §4). */
import { copyBytes, decodeBase64Url, equalBytes, MalformedTextError, Plaintext, SecretKey } from "@coterie/bytes";
import {
  type AgreementKeyPair,
  AuthenticationFailedError,
  InvalidPublicKeyError,
  type Primitives,
} from "@coterie/primitives";
import type { JsonObject } from "./canonical-json.ts";
import { decodeCanonicalJson } from "./canonical-json-decoder.ts";
import type { ReceivedContact } from "./contact.ts";
import { type ContactHeader, encodeContactHeader } from "./contact-header.ts";
import {
  type ContactContext,
  type ContextJson,
  contactCommitment,
  contactSizeOf,
  contextJson,
  contextMember,
} from "./contact-plaintext.ts";
import {
  CommitmentMismatchError,
  ConsentMismatchError,
  ContextMismatchError,
  MalformedHeaderError,
  MalformedPlaintextError,
  NotAuthenticError,
  UnknownKeyError,
} from "./errors.ts";
import { deriveKeyId } from "./key-id.ts";
import { requireMatchingHalves } from "./key-pair.ts";
import { contactSizes } from "./limits.ts";

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

/** A person, with the place that the contact was sealed for. Check the form schema next (§4). */
export interface OpenedContact {
  readonly person: JsonObject;
  readonly context: ContactContext;
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

type KeyPairById = ReadonlyMap<string, AgreementKeyPair>;

/**
 * An opener over copies of `keys`; the caller destroys its own and, at the end, the opener.
 * @throws InvalidPublicKeyError where a key pair's halves do not belong together, or the signing key has not 32 bytes
 */
export function createContactOpener(
  { primitives }: { readonly primitives: Primitives },
  { keys, gatewaySigningKey }: ContactOpenerInput,
): ContactOpener {
  if (gatewaySigningKey.length !== 32) throw new InvalidPublicKeyError("an Ed25519 public key has 32 bytes");
  const signingKey = copyBytes(gatewaySigningKey);
  for (const pair of keys) requireMatchingHalves(primitives, pair);
  const keyPairById = new Map(keys.map((pair) => [deriveKeyId(primitives, pair.publicKey), copyOf(pair)]));
  return {
    open(input) {
      checkSignature(primitives, { ...input, signingKey });
      const plaintext = openBox(primitives, { contact: input.contact, keyPairById });
      try {
        return checkContent(primitives, { ...input, plaintext });
      } finally {
        plaintext.destroy();
      }
    },
    destroy() {
      for (const pair of keyPairById.values()) pair.secretKey.destroy();
    },
  };
}

function copyOf({ publicKey, secretKey }: AgreementKeyPair): AgreementKeyPair {
  return { publicKey: copyBytes(publicKey), secretKey: SecretKey.copyOf("x25519", secretKey.exposeSecretBytes()) };
}

// The first check: the header is the gateway's, and it is the header of this very contact.
function checkSignature(
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

function openBox(
  primitives: Primitives,
  { contact, keyPairById }: { readonly contact: ReceivedContact; readonly keyPairById: KeyPairById },
): Plaintext {
  const keyPair = keyPairById.get(contact.publicKey.id);
  if (keyPair === undefined) throw new UnknownKeyError();
  if (!equalBytes(keyPair.publicKey, contact.publicKey.public)) throw new NotAuthenticError();
  let boxKey: SecretKey<"box"> | undefined;
  try {
    boxKey = primitives.deriveBoxKey(keyPair.secretKey, contact.signKey.public);
    return Plaintext.own(primitives.decryptBox(boxKey, contact.nonce, contact.payload));
  } catch (error) {
    if (error instanceof AuthenticationFailedError || error instanceof InvalidPublicKeyError)
      throw new NotAuthenticError();
    throw error;
  } finally {
    boxKey?.destroy();
  }
}

function checkContent(
  primitives: Primitives,
  { plaintext, header, consentHash }: OpenContactInput & { readonly plaintext: Plaintext },
): OpenedContact {
  const { [contextMember]: sealedContext, ...person } = decodePadded(plaintext.exposePlainBytes());
  const salt = saltOf(sealedContext);
  const expected = contextJson(header, salt);
  checkContext(sealedContext, expected);
  if (!equalBytes(contactCommitment(primitives, { person, salt }), header.commitment))
    throw new CommitmentMismatchError();
  if (!equalBytes(consentHash, header.consentHash)) throw new ConsentMismatchError();
  // In their one spelling, as sealed: callers use the action id to recognise what they already have.
  const { action, campaign, page, organisation, key } = expected;
  return { person, context: { action, campaign, page, organisation, key, consentHash: copyBytes(header.consentHash) } };
}

// Exactly the padding that sealing adds: no spaces are missing, no others follow.
function decodePadded(plain: Uint8Array): JsonObject {
  let lengthBytes = plain.length;
  while (lengthBytes > 0 && plain[lengthBytes - 1] === 0x20) lengthBytes--;
  if (contactSizeOf(lengthBytes) !== plain.length) throw new MalformedPlaintextError();
  return decodeCanonicalJson(plain.subarray(0, lengthBytes));
}

function saltOf(sealedContext: unknown): Uint8Array {
  const salt = membersOf(sealedContext)["salt"];
  if (typeof salt !== "string" || salt.length !== 43) throw new MalformedPlaintextError();
  try {
    return decodeBase64Url(salt);
  } catch (error) {
    if (error instanceof MalformedTextError) throw new MalformedPlaintextError();
    throw error;
  }
}

// Every member, and no other: an unknown one could mean something to somebody else.
function checkContext(sealedContext: unknown, expected: ContextJson): void {
  const members = membersOf(sealedContext);
  const wanted = Object.entries(expected);
  if (Object.keys(members).length !== wanted.length) throw new MalformedPlaintextError();
  if (wanted.some(([name]) => !Object.hasOwn(members, name))) throw new MalformedPlaintextError();
  if (wanted.some(([name, value]) => members[name] !== value)) throw new ContextMismatchError();
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new MalformedPlaintextError();
  // cast: an object that is neither null nor an array has members by name
  return value as Readonly<Record<string, unknown>>;
}
