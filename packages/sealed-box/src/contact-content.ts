/** The inside of a contact: its box, and every check between the plain text and the header (docs/protocol/actions.md §4). */
import {
  copyBytes,
  decodeBase64Url,
  encodeBase64Url,
  equalBytes,
  MalformedTextError,
  Plaintext,
  type SecretKey,
} from "@coterie/bytes";
import {
  type AgreementKeyPair,
  AuthenticationFailedError,
  InvalidPublicKeyError,
  type Primitives,
} from "@coterie/primitives";
import type { JsonObject } from "./canonical-json.ts";
import { splitCanonicalJson } from "./canonical-json-decoder.ts";
import type { ReceivedContact } from "./contact.ts";
import type { ContactHeader } from "./contact-header.ts";
import {
  commitmentOfCanonical,
  type ContactContext,
  type ContextJson,
  contactSizeOf,
  contextMember,
  oneSpelling,
} from "./contact-plaintext.ts";
import {
  CommitmentMismatchError,
  ContextMismatchError,
  MalformedHeaderError,
  MalformedPlaintextError,
  NotAuthenticError,
  UnknownKeyError,
} from "./errors.ts";
import type { KeyId } from "./key-id.ts";

/** A person, with the place that the contact was sealed for. Check the form schema next (§4). */
export interface OpenedContact {
  readonly person: JsonObject;
  readonly context: ContactContext;
}

/** The organisation's key pairs by their ids. */
export type KeyPairById = ReadonlyMap<string, AgreementKeyPair>;

/** What a header says about the inside of its contact. */
export type HeaderOfContent = Pick<
  ContactHeader,
  "action" | "campaign" | "page" | "organisation" | "commitment" | "consentHash"
> & { readonly key: string };

/**
 * Opens the box and checks what is inside against the header, which the caller has verified.
 * @throws UnknownKeyError, NotAuthenticError, MalformedPlaintextError, ContextMismatchError, CommitmentMismatchError
 */
export function openContent(primitives: Primitives, input: ContentInput): OpenedContact {
  const { person, context, salt } = openSaltedContent(primitives, input);
  salt.fill(0);
  return { person, context };
}

/** One contact, its header, and who may open it. */
export interface ContentInput {
  readonly contact: ReceivedContact;
  readonly header: HeaderOfContent;
  readonly keyPairById: KeyPairById;
}

/** The same with the salt of the commitment (32 bytes), which the caller wipes: needed to seal the same person again. */
export function openSaltedContent(
  primitives: Primitives,
  input: ContentInput,
): OpenedContact & { readonly salt: Uint8Array } {
  const plaintext = openBox(primitives, input);
  try {
    return checkContent(primitives, { plaintext, header: input.header });
  } finally {
    plaintext.destroy();
  }
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
  { plaintext, header }: { readonly plaintext: Plaintext; readonly header: HeaderOfContent },
): OpenedContact & { readonly salt: Uint8Array } {
  const { value, others } = splitCanonicalJson(unpadded(plaintext.exposePlainBytes()), contextMember);
  const { [contextMember]: sealedContext, ...person } = value;
  const members = membersOf(sealedContext);
  const salt = saltOf(members["salt"]);
  const expected = expectedContext(header);
  checkContext(members, expected);
  const commitment = commitmentOfCanonical(primitives, { json: others, salt });
  others.fill(0);
  if (!equalBytes(commitment, header.commitment)) throw new CommitmentMismatchError();
  // In their one spelling, as sealed: callers use the action id to recognise what they already have.
  const { action, campaign, page, organisation, key } = expected;
  const context = { action, campaign, page, organisation, key, consentHash: copyBytes(header.consentHash) };
  return { person, context, salt };
}

// Exactly the padding that sealing adds: no spaces are missing, no others follow.
function unpadded(plain: Uint8Array): Uint8Array {
  let lengthBytes = plain.length;
  while (lengthBytes > 0 && plain[lengthBytes - 1] === 0x20) lengthBytes--;
  if (contactSizeOf(lengthBytes) !== plain.length) throw new MalformedPlaintextError();
  return plain.subarray(0, lengthBytes);
}

// The one base64url spelling of 32 bytes, since the decoder takes no other.
function saltOf(salt: unknown): Uint8Array {
  if (typeof salt !== "string" || salt.length !== 43) throw new MalformedPlaintextError();
  try {
    return decodeBase64Url(salt);
  } catch (error) {
    if (error instanceof MalformedTextError) throw new MalformedPlaintextError();
    throw error;
  }
}

/** The `_coterie` member that goes with a header, but for the salt. */
type ExpectedContext = Omit<ContextJson, "salt">;

function expectedContext(header: HeaderOfContent): ExpectedContext {
  if (header.consentHash.length !== 32) throw new MalformedHeaderError("salts and hashes have 32 bytes");
  return {
    v: 1,
    action: oneSpelling(header.action),
    campaign: oneSpelling(header.campaign),
    page: oneSpelling(header.page),
    organisation: oneSpelling(header.organisation),
    // brand: the id of a key that was found by it, in its one spelling
    key: oneSpelling(header.key) as KeyId,
    consent: encodeBase64Url(header.consentHash),
  };
}

const expectedNames = ["v", "action", "campaign", "page", "organisation", "key", "consent"] as const;

// Every member, and no other: an unknown one could mean something to somebody else. The salt was looked at before.
function checkContext(members: Readonly<Record<string, unknown>>, expected: ExpectedContext): void {
  if (Object.keys(members).length !== expectedNames.length + 1) throw new MalformedPlaintextError();
  for (const name of expectedNames) if (!Object.hasOwn(members, name)) throw new MalformedPlaintextError();
  for (const name of expectedNames) if (members[name] !== expected[name]) throw new ContextMismatchError();
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new MalformedPlaintextError();
  // cast: an object that is neither null nor an array has members by name
  return value as Readonly<Record<string, unknown>>;
}
