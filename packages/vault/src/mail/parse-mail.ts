/** Reads what a mail box held. A visitor's browser made it, so that nothing about it is taken for granted. */
import { type Bytes, decodeUtf8, equalBytes, Plaintext } from "@coterie/bytes";
import { MalformedMailError } from "../mail-plaintext-errors.ts";
import { createMailPlaintext, type MailContent, mailPlaintextBytes } from "../mail-plaintext.ts";

/** An opened mail box. Whoever opened it destroys it, once the mail is handed over. */
export interface OpenedMail {
  readonly actionId: string;
  readonly email: Plaintext;
  /** May be empty. */
  readonly firstName: Plaintext;
  readonly destroy: () => void;
}

/** The content of a plain text of 512 bytes. Throws MalformedMailError unless it is byte-equal to what `createMailPlaintext` makes. */
export function parseMailPlaintext(bytes: Bytes): OpenedMail {
  if (bytes.length !== mailPlaintextBytes) throw new MalformedMailError();
  const content = contentOf(bytes);
  requireCanonical(bytes, content);
  const email = Plaintext.fromText(content.email);
  const firstName = Plaintext.fromText(content.firstName);
  return {
    actionId: content.actionId,
    email,
    firstName,
    destroy: () => {
      email.destroy();
      firstName.destroy();
    },
  };
}

function contentOf(bytes: Bytes): MailContent {
  const parsed = parseJson(bytes);
  if (typeof parsed !== "object" || parsed === null) throw new MalformedMailError();
  const { action, email, firstName } = { action: undefined, email: undefined, firstName: undefined, ...parsed };
  if (typeof action !== "string" || typeof email !== "string" || typeof firstName !== "string") {
    throw new MalformedMailError();
  }
  return { actionId: action, email, firstName };
}

// The parser's own message would repeat what it read.
function parseJson(bytes: Bytes): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes));
  } catch {
    throw new MalformedMailError();
  }
}

/** Also refuses other members, other orders, other versions and other padding: making it again gives other bytes. */
function requireCanonical(bytes: Bytes, content: MailContent): void {
  const again = createMailPlaintext(content);
  const isSame = equalBytes(again.exposePlainBytes(), bytes);
  again.destroy();
  if (!isSame) throw new MalformedMailError();
}
