/**
 * What a mail box holds before it is sealed (docs/protocol/vault.md §6): made by the widget in the visitor's browser and by
 * the gateway alike. Nothing here seals or opens, so that the widget carries a few hundred bytes.
 */
import { type Bytes, encodeUtf8, Plaintext } from "@coterie/bytes";
import { MailTooLargeError, MalformedMailError } from "./mail-plaintext-errors.ts";

export { MailTooLargeError, MalformedMailError };

/** To whom, and about which action. */
export interface MailContent {
  /** The action's id as text, "cact1…". */
  readonly actionId: string;
  /** At most 254 bytes in UTF-8. */
  readonly email: string;
  /** For the salutation; may be empty. What does not fit is cut at a character. */
  readonly firstName: string;
}

/** Every mail box holds this many bytes, so that its length says nothing. */
export const mailPlaintextBytes = 512;

const emailBytes = 254;
const actionIdPattern = /^cact1[02-9ac-hj-np-z]{20,80}$/;

// Line breaks would let an address or name add headers to a mail.
const controls = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/**
 * The canonical JSON object `{"action","email","firstName","v":1}` and spaces up to 512 bytes, text in NFC. The caller destroys it.
 * @throws MalformedMailError on an action id of another form, an empty address, control or direction characters
 * @throws MailTooLargeError on an address above 254 bytes
 */
export function createMailPlaintext({ actionId, email, firstName }: MailContent): Plaintext {
  if (!actionIdPattern.test(actionId) || email === "") throw new MalformedMailError();
  const content = { actionId, email: requirePlainText(email), firstName: requirePlainText(firstName) };
  if (encodeUtf8(content.email).length > emailBytes) throw new MailTooLargeError();
  const whole = encodeMail(content);
  return Plaintext.own(pad(whole.length > mailPlaintextBytes ? encodeCut(content) : whole));
}

/** Members in the order of their names. JSON.stringify escapes just what canonical JSON escapes. */
function encodeMail({ actionId, email, firstName }: MailContent): Bytes {
  return encodeUtf8(JSON.stringify({ action: actionId, email, firstName, v: 1 }));
}

/** With as much of the name as fits, cut between characters as people see them where marks follow a letter. */
function encodeCut(content: MailContent): Bytes {
  const characters = content.firstName.match(/\P{M}(?:\p{M}|\u200d\P{M})*/gu)?.slice(0, mailPlaintextBytes) ?? [];
  for (let kept = characters.length; kept >= 0; kept--) {
    const encoded = encodeMail({ ...content, firstName: characters.slice(0, kept).join("").trim() });
    if (encoded.length <= mailPlaintextBytes) return encoded;
  }
  throw new MailTooLargeError();
}

function pad(encoded: Bytes): Bytes {
  const padded = new Uint8Array(mailPlaintextBytes).fill(0x20);
  padded.set(encoded);
  encoded.fill(0);
  return padded;
}

function requirePlainText(text: string): string {
  if (controls.test(text)) throw new MalformedMailError();
  // What is longer fits in no form, and normalising it could take long.
  return text.slice(0, 2 * mailPlaintextBytes).normalize("NFC");
}
