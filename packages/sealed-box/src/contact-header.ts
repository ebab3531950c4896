/** What stands beside a sealed contact in clear, signed by the gateway (docs/protocol/actions.md §4). */
import { type Bytes, decodeTextForm, FieldWriter, type SecretKey } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import type { ReceivedContact } from "./contact.ts";
import { contextIdPrefixes } from "./contact-plaintext.ts";
import { MalformedHeaderError } from "./errors.ts";
import { type KeyId, keyIdBytes, parseKeyId } from "./key-id.ts";
import { contactLabels } from "./labels.ts";

/** Where the person's fields were sealed. */
export type ContactSealing = "gateway" | "browser";

/** The header. Ids are text forms of 16 bytes (§1). */
export interface ContactHeader {
  readonly action: string;
  readonly campaign: string;
  readonly page: string;
  readonly organisation: string;
  readonly key: KeyId;
  /** The sender's public key, 32 bytes. */
  readonly signKey: Uint8Array;
  /** 24 bytes. */
  readonly nonce: Uint8Array;
  /** SHA-256 of the contact's payload, 32 bytes. */
  readonly payloadHash: Uint8Array;
  /** From `contactCommitment`, 32 bytes. */
  readonly commitment: Uint8Array;
  /** SHA-256 of the consent record (§5), 32 bytes. */
  readonly consentHash: Uint8Array;
  readonly sealing: ContactSealing;
  readonly createdAtMs: number;
}

/** What a header says beyond the contact itself. */
export interface ContactHeaderInput {
  readonly contact: ReceivedContact;
  readonly action: string;
  readonly campaign: string;
  readonly page: string;
  readonly organisation: string;
  readonly commitment: Uint8Array;
  readonly consentHash: Uint8Array;
  readonly sealing: ContactSealing;
  readonly createdAtMs: number;
}

/** The header of `contact`: key id, sender, nonce and payload hash are taken from it. */
export function createContactHeader(
  { sha256 }: Pick<Primitives, "sha256">,
  { contact, ...rest }: ContactHeaderInput,
): ContactHeader {
  return {
    ...rest,
    key: parseKeyId(contact.publicKey.id),
    signKey: contact.signKey.public,
    nonce: contact.nonce,
    payloadHash: sha256(contact.payload),
  };
}

/**
 * The bytes that are signed.
 * @throws MalformedHeaderError on parts of other lengths
 * @throws MalformedTextError on ids that are mistyped or of another kind
 */
export function encodeContactHeader(header: ContactHeader): Bytes {
  if (header.sealing !== "gateway" && header.sealing !== "browser") throw new MalformedHeaderError("unknown sealing");
  requireHeaderTime(header.createdAtMs);
  return new FieldWriter()
    .text(contactLabels.contactHeader)
    .bytes(idBytes(header, "action"))
    .bytes(idBytes(header, "campaign"))
    .bytes(idBytes(header, "page"))
    .bytes(idBytes(header, "organisation"))
    .bytes(keyIdBytes(header.key))
    .bytes(requirePartLength(header.signKey, 32))
    .bytes(requirePartLength(header.nonce, 24))
    .bytes(requirePartLength(header.payloadHash, 32))
    .bytes(requirePartLength(header.commitment, 32))
    .bytes(requirePartLength(header.consentHash, 32))
    .text(header.sealing)
    .number(header.createdAtMs)
    .finish();
}

/** The gateway's Ed25519 signature over the header, 64 bytes. It vouches for what was handed in, not for the person. */
export function signContactHeader(
  { primitives }: { readonly primitives: Pick<Primitives, "sign"> },
  { header, signingKey }: { readonly header: ContactHeader; readonly signingKey: SecretKey<"ed25519"> },
): Bytes {
  return primitives.sign(signingKey, encodeContactHeader(header));
}

function idBytes(header: ContactHeader, name: keyof typeof contextIdPrefixes): Bytes {
  return decodeTextForm(contextIdPrefixes[name], header[name], { lengthBytes: 16 });
}

/** Refuses what is no time. */
export function requireHeaderTime(createdAtMs: number): void {
  if (!Number.isSafeInteger(createdAtMs) || createdAtMs < 0)
    throw new MalformedHeaderError("a time is a whole number of milliseconds");
}

/** `bytes`, where they have that length. */
export function requirePartLength(bytes: Uint8Array, lengthBytes: number): Uint8Array {
  if (bytes.length !== lengthBytes) throw new MalformedHeaderError("a part of the header has another length");
  return bytes;
}
