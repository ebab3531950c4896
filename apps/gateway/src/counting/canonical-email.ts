/**
 * One spelling for all spellings of an email address that reach the same mailbox for certain (docs/protocol/counting.md §1). No
 * provider's habits are guessed: dots and "+tags" stay, since they tell people apart at other providers.
 */
import { domainToASCII } from "node:url";

/** Longer than any address that mail servers take (RFC 5321: 254). */
const longestEmail = 320;

/**
 * Trimmed, Unicode NFC, lower case; the domain in the ASCII form of internationalised names. Undefined where the text is no address,
 * which only happens to what a browser sealed: forms check addresses before.
 */
export function canonicalEmail(text: string): string | undefined {
  if (text.length > longestEmail) return undefined;
  // NFC once more behind the lower case: some lower-case letters are composed only then.
  const folded = text.trim().normalize("NFC").toLowerCase().normalize("NFC");
  const at = folded.lastIndexOf("@");
  const domain = canonicalDomain(folded.slice(at + 1));
  return at <= 0 || domain === "" ? undefined : `${folded.slice(0, at)}@${domain}`;
}

function canonicalDomain(domain: string): string {
  const absolute = domain.endsWith(".") ? domain.slice(0, -1) : domain;
  if (/^[a-z0-9.-]*$/.test(absolute)) return absolute;
  // Labels only: the function behind reads hosts of web addresses, and would decode and cut elsewhere.
  return /^[\p{L}\p{M}\p{N}.-]+$/u.test(absolute) ? domainToASCII(absolute) : "";
}
