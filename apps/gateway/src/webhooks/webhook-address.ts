/** The address of a webhook, as an organisation gives it. */
import { isIP } from "node:net";
import { RefusedError } from "../errors.ts";
import type { AddressPolicy } from "./address-policy.ts";

const mostCharacters = 2048;

/**
 * The address in one form. What its name leads to is checked when it is posted to; an address in numbers is checked here as well.
 * @throws RefusedError "invalid" where it is no https address, holds a password or a fragment, or leads where nothing is posted to
 */
export function parseWebhookAddress({ policy }: { readonly policy: AddressPolicy }, text: string): string {
  const url = text.length <= mostCharacters ? URL.parse(text) : null;
  if (url === null || url.username !== "" || url.password !== "" || url.hash !== "") throw new RefusedError("invalid");
  const host = hostOf(url);
  const isNumeric = isIP(host) !== 0;
  if (isNumeric && !policy.permits(host)) throw new RefusedError("invalid");
  // Without TLS only inside of the operator's own network, and only where that shows.
  const isPlainAllowed = url.protocol === "http:" && isNumeric && policy.isExempt(host);
  if (url.protocol !== "https:" && !isPlainAllowed) throw new RefusedError("invalid");
  if (!isNumeric && !/^(?=.{1,253}$)(?!(?:.*\.)?(?:localhost|local|internal)$)[a-z0-9.-]*[a-z0-9]$/.test(host)) {
    throw new RefusedError("invalid");
  }
  // Well-known ports below belong to other protocols.
  if (url.port !== "" && Number(url.port) < 1024) throw new RefusedError("invalid");
  if (url.href.length > mostCharacters) throw new RefusedError("invalid");
  return url.href;
}

/** The host without the brackets of IPv6. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1");
}
