/**
 * Which keys may be sealed to. The site that embeds a form names the organisations' key ids; the gateway hands out public
 * keys. Nothing the gateway says about a key is believed: its id is derived again from the very bytes that are sealed to.
 */
import type { ActionPageView } from "@coterie/actions";
import type { RefusalCode } from "@coterie/actions/form";
import type { Primitives } from "@coterie/primitives";
import { deriveKeyId, type KeyId, parseKeyId } from "@coterie/sealed-box/seal";
import { widgetLimits } from "./limits.ts";

/** The key ids that a site pins, and "mails" where it announces that the gateway writes mails and so gets an address. */
export type Pins = ReadonlySet<KeyId | "mails">;

/** The key ids in an attribute, separated by commas or white space; undefined where one of them is malformed, or there is none. */
export function parsePins(attribute: string): Pins | undefined {
  const texts = attribute
    .slice(0, 4096)
    .split(/[\s,]+/)
    .filter((text) => text !== "");
  if (texts.every((text) => text === "mails") || texts.length > widgetLimits.pins) return undefined;
  try {
    return new Set(texts.map((text) => (text === "mails" ? text : parseKeyId(text))));
  } catch {
    return undefined;
  }
}

/**
 * Why a page must not be sealed to under these pins, or undefined where every receiver's key is pinned. A page that seals
 * at the gateway is refused as well: a site that pins keys announces that the gateway reads nothing.
 */
export function checkPins(
  deps: Pick<Primitives, "sha256">,
  { page, pins }: { readonly page: ActionPageView; readonly pins: Pins | undefined },
): RefusalCode | undefined {
  if (pins === undefined || pins.size === 0) return "no-pins";
  if (page.sealing !== "browser") return "clear-text";
  // The gateway itself would be one more reader, of the address: the site must have said so.
  if (page.mail?.required === true && !pins.has("mails")) return "added-receiver";
  if (page.receivers.length > pins.size - (pins.has("mails") ? 1 : 0)) return "added-receiver";
  const seen = new Set<string>();
  for (const { publicKey } of page.receivers) {
    if (publicKey === undefined) continue; // such a page accepts nothing: no form is shown
    const id = deriveKeyId(deps, publicKey.public);
    if (publicKey.id !== id || !pins.has(id) || seen.has(id)) return "wrong-key";
    seen.add(id);
  }
  return undefined;
}

/** The ids of the keys that a page itself offers: what its own form seals to where nothing outside pins any. */
export function pinsOfPage(deps: Pick<Primitives, "sha256">, page: ActionPageView): Pins {
  const keys = page.receivers.flatMap(({ publicKey }) => (publicKey === undefined ? [] : [publicKey.public]));
  const ids = keys.map((key) => deriveKeyId(deps, key));
  return new Set(page.mail?.key === undefined ? ids : [...ids, "mails"]);
}
