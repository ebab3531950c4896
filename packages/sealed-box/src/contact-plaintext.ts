/**
 * What is inside a contact: the person, the place it was sealed for, and padding (docs/protocol/actions.md §3). Needs nothing
 * but SHA-256, so that every sealer shares it, whatever its platform's X25519.
 */
import { type Bytes, decodeTextForm, encodeBase64Url, encodeFields, Plaintext } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { encodeCanonicalJson, type JsonObject } from "./canonical-json.ts";
import { ContentTooLargeError, InvalidJsonError, MalformedHeaderError } from "./errors.ts";
import { type KeyId, keyIdBytes } from "./key-id.ts";
import { contactLabels } from "./labels.ts";
import { contactSizes } from "./limits.ts";

/** The place of a contact; ids are text forms of 16 bytes (§1), the consent hash has 32 bytes (§5). */
export interface ContactContext {
  readonly action: string;
  readonly campaign: string;
  readonly page: string;
  readonly organisation: string;
  /** Of the organisation's key that the contact is sealed to. */
  readonly key: KeyId;
  readonly consentHash: Uint8Array;
}

/** The ids among them, with the prefix of their text form. */
export const contextIdPrefixes = {
  action: "cact",
  campaign: "ccam",
  page: "cpag",
  organisation: "corg",
} as const;

const contextIds = ["action", "campaign", "page", "organisation"] as const;

/** The member that holds the context; a person has no field of this name. */
export const contextMember = "_coterie";

const hashLengthBytes = 32;
const space = 0x20;

/**
 * The padded plain text of one contact: 512, 1024, 2048 or 4096 bytes. The caller destroys it after sealing.
 * `salt` is 32 random bytes, the same for all contacts of one action.
 *
 * Takes the same first argument as {@link contactCommitment}, its companion, though it hashes nothing itself.
 * @throws InvalidJsonError where canonical JSON does not express the person, or a field is named `_coterie`
 * @throws ContentTooLargeError above 4096 bytes
 * @throws MalformedTextError, MalformedHeaderError on ids, consent hash or salt of another form
 */
export function createContactPlaintext(
  _deps: Pick<Primitives, "sha256">,
  {
    person,
    context,
    salt,
  }: { readonly person: JsonObject; readonly context: ContactContext; readonly salt: Uint8Array },
): Plaintext {
  refuseReservedMember(person);
  checkIds(context);
  const json = encodeCanonicalJson({ ...person, [contextMember]: contextJson(context, salt) });
  try {
    const padded = new Uint8Array(contactSizeOf(json.length)).fill(space);
    padded.set(json);
    return Plaintext.own(padded);
  } finally {
    json.fill(0);
  }
}

/**
 * The commitment to a person, 32 bytes: the same for all contacts of one action, in clear in the header. It hides the person
 * behind `salt` (32 random bytes) and makes every organisation open the same person or refuse.
 */
export function contactCommitment(
  { sha256 }: Pick<Primitives, "sha256">,
  { person, salt }: { readonly person: JsonObject; readonly salt: Uint8Array },
): Bytes {
  refuseReservedMember(person);
  const json = encodeCanonicalJson(person);
  try {
    return commitmentOfCanonical({ sha256 }, { json, salt });
  } finally {
    json.fill(0);
  }
}

/** The same for a person whose canonical JSON is already there. */
export function commitmentOfCanonical(
  { sha256 }: Pick<Primitives, "sha256">,
  { json, salt }: { readonly json: Uint8Array; readonly salt: Uint8Array },
): Bytes {
  requireHashLength(salt);
  const fields = encodeFields(contactLabels.contactCommitment, salt, json);
  try {
    return sha256(fields);
  } finally {
    fields.fill(0);
  }
}

/** The smallest of the four sizes that holds `lengthBytes`. Throws ContentTooLargeError where none does. */
export function contactSizeOf(lengthBytes: number): number {
  const size = contactSizes.find((candidate) => lengthBytes <= candidate);
  if (size === undefined) throw new ContentTooLargeError("the person's fields do not fit into a contact");
  return size;
}

/** The `_coterie` member, each id in its one spelling. */
export type ContextJson = {
  readonly v: 1;
  readonly action: string;
  readonly campaign: string;
  readonly page: string;
  readonly organisation: string;
  readonly key: KeyId;
  readonly consent: string;
  readonly salt: string;
};

/** The `_coterie` member of `context`, whose ids were checked, and `salt`. */
export function contextJson(context: ContactContext, salt: Uint8Array): ContextJson {
  requireHashLength(salt);
  requireHashLength(context.consentHash);
  return {
    v: 1,
    action: oneSpelling(context.action),
    campaign: oneSpelling(context.campaign),
    page: oneSpelling(context.page),
    organisation: oneSpelling(context.organisation),
    // brand: the same key id, in its one spelling
    key: oneSpelling(context.key) as KeyId,
    consent: encodeBase64Url(context.consentHash),
    salt: encodeBase64Url(salt),
  };
}

function checkIds(context: ContactContext): void {
  for (const name of contextIds) decodeTextForm(contextIdPrefixes[name], context[name], { lengthBytes: 16 });
  keyIdBytes(context.key);
}

/** A text form that is valid may still be in capitals or have white space around it; inside a contact it has neither. */
export function oneSpelling(id: string): string {
  return id.trim().toLowerCase();
}

function requireHashLength(bytes: Uint8Array): void {
  if (bytes.length !== hashLengthBytes) throw new MalformedHeaderError("salts and hashes have 32 bytes");
}

function refuseReservedMember(person: JsonObject): void {
  if (Object.hasOwn(person, contextMember)) throw new InvalidJsonError("a field of the person has a reserved name");
}
