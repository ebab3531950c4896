/** The parts of a sealed contact, as bytes and as text (docs/protocol/actions.md §3). */
import { type Bytes, type Ciphertext, decodeBase64Url, encodeBase64Url } from "@coterie/bytes";
import { MalformedHeaderError } from "./errors.ts";
import { type KeyId, parseKeyId } from "./key-id.ts";

/** A public key beside its id. */
export interface ContactKey {
  readonly id: KeyId;
  /** 32 bytes. */
  readonly public: Bytes;
}

/** A sealed contact. It shows who it is for and how long it is, nothing else. */
export interface SealedContact {
  /** NaCl crypto_box, its tag of 16 bytes first. */
  readonly payload: Ciphertext<"contact">;
  /** 24 bytes. */
  readonly nonce: Bytes;
  /** The organisation's key. */
  readonly publicKey: ContactKey;
  /** The sender's: throw-away, or the home organisation's. */
  readonly signKey: ContactKey;
}

/** A contact that came from outside: nothing about it is known yet. */
export interface ReceivedContact {
  readonly payload: Uint8Array;
  readonly nonce: Uint8Array;
  readonly publicKey: { readonly id: string; readonly public: Uint8Array };
  readonly signKey: { readonly id: string; readonly public: Uint8Array };
}

/** A contact as JSON: the names and encodings that Proca's decryptors know, bytes in base64url without padding. */
export interface ContactText {
  readonly payload: string;
  readonly nonce: string;
  readonly publicKey: { readonly id: string; readonly public: string };
  readonly signKey: { readonly id: string; readonly public: string };
}

/** The text form of a contact, ready for `JSON.stringify`. */
export function contactToText(contact: ReceivedContact): ContactText {
  const key = ({ id, public: bytes }: ReceivedContact["publicKey"]): ContactText["publicKey"] => {
    return { id, public: encodeBase64Url(bytes) };
  };
  return {
    payload: encodeBase64Url(contact.payload),
    nonce: encodeBase64Url(contact.nonce),
    publicKey: key(contact.publicKey),
    signKey: key(contact.signKey),
  };
}

/**
 * The contact behind a text form from outside. Opening checks the rest.
 * @throws MalformedTextError on what is not base64url or not a key id
 * @throws MalformedHeaderError on other lengths
 */
export function parseContactText(text: ContactText): ReceivedContact {
  if (text.payload.length > longestPayloadCharacters) throw new MalformedHeaderError("the payload is too long");
  return {
    payload: decodeBase64Url(text.payload),
    nonce: decodeOf(text.nonce, 24),
    publicKey: { id: parseKeyId(text.publicKey.id), public: decodeOf(text.publicKey.public, 32) },
    signKey: { id: parseKeyId(text.signKey.id), public: decodeOf(text.signKey.public, 32) },
  };
}

/** base64url of the tag and the largest plain text. */
const longestPayloadCharacters = Math.ceil(((16 + 4096) * 4) / 3);

function decodeOf(text: string, lengthBytes: number): Bytes {
  if (text.length !== Math.ceil((lengthBytes * 4) / 3))
    throw new MalformedHeaderError("a nonce or key has another length");
  return decodeBase64Url(text);
}
