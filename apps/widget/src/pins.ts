/**
 * Which keys may be sealed to. The site that embeds a form names the organisations' key logs, or key ids; the gateway hands out
 * logs and public keys. Nothing the gateway says about a key is believed: its id is derived again from the very bytes that are
 * sealed to, or they are the active key of a pinned log, verified here.
 */
import type { ActionPageView, ReceiverKey, ReceiverView } from "@coterie/actions";
import type { RefusalCode } from "@coterie/actions/form";
import { type KeyLogPin, parseKeyLogPin } from "@coterie/key-log";
import type { Primitives } from "@coterie/primitives";
import { deriveKeyId, type KeyId } from "@coterie/sealed-box/seal";
import { widgetLimits } from "./limits.ts";

/** The logs and keys that a site pins, and "mails" where it announces that the gateway writes mails and so gets an address. */
export type Pins = ReadonlySet<KeyLogPin | "mails">;

/** What checking pins needs. */
export interface PinDeps {
  readonly primitives: Pick<Primitives, "sha256">;
  /** See pinned-log.ts, which is loaded only where a site pins a log. */
  readonly isActiveInPinnedLog: (receiver: LoggedReceiver) => Promise<boolean>;
}

/** A receiver as the gateway describes it, with the log that it serves, and what the site pins. */
export interface LoggedReceiver extends Pick<ReceiverView, "organisationId"> {
  readonly publicKey: ReceiverKey;
  readonly keyLog: readonly Uint8Array[];
  readonly pins: Pins;
}

/** The pins in an attribute, separated by commas or white space; undefined where one of them is malformed, or there is none. */
export function parsePins(attribute: string): Pins | undefined {
  const texts = attribute
    .slice(0, 4096)
    .split(/[\s,]+/)
    .filter((text) => text !== "");
  if (texts.every((text) => text === "mails") || texts.length > widgetLimits.pins) return undefined;
  try {
    return new Set(texts.map((text) => (text === "mails" ? text : parseKeyLogPin(text))));
  } catch {
    return undefined;
  }
}

/**
 * Why a page must not be sealed to under these pins, or undefined where every receiver's key is pinned. A page that seals
 * at the gateway is refused as well: a site that pins keys announces that the gateway reads nothing.
 * @throws RequestFailedError where the program that verifies logs cannot be loaded
 */
export async function checkPins(
  deps: PinDeps,
  { page, pins }: { readonly page: ActionPageView; readonly pins: Pins | undefined },
): Promise<RefusalCode | undefined> {
  if (pins === undefined || pins.size === 0) return "no-pins";
  if (page.sealing !== "browser") return "clear-text";
  // The gateway itself would be one more reader, of the address: the site must have said so.
  if (page.mail?.required === true && !pins.has("mails")) return "added-receiver";
  if (page.receivers.length > pins.size - (pins.has("mails") ? 1 : 0)) return "added-receiver";
  const seen = new Set<string>();
  for (const receiver of page.receivers) {
    const { publicKey, organisationId } = receiver;
    if (publicKey === undefined) continue; // such a page accepts nothing: no form is shown
    const id = await findPinnedKey(deps, { receiver, pins });
    if (id === undefined || seen.has(id) || seen.has(organisationId)) return "wrong-key";
    seen.add(id).add(organisationId);
  }
  return undefined;
}

/**
 * The id of the receiver's key where it is pinned, or is the active key of a pinned log now; undefined otherwise.
 * @throws RequestFailedError where the program that verifies logs cannot be loaded
 */
export async function findPinnedKey(
  deps: PinDeps,
  { receiver, pins }: { readonly receiver: ReceiverView; readonly pins: Pins },
): Promise<KeyId | undefined> {
  const { publicKey, keyLog = [] } = receiver;
  if (publicKey === undefined) return undefined;
  const id = deriveKeyId(deps.primitives, publicKey.public);
  if (publicKey.id !== id) return undefined;
  if (pins.has(id)) return id;
  if (keyLog.length === 0) return undefined;
  return (await deps.isActiveInPinnedLog({ ...receiver, publicKey, keyLog, pins })) ? id : undefined;
}

/** The ids of the keys that a page itself offers: what its own form seals to where nothing outside pins any. */
export function pinsOfPage({ primitives }: Pick<PinDeps, "primitives">, page: ActionPageView): Pins {
  const keys = page.receivers.flatMap(({ publicKey }) => (publicKey === undefined ? [] : [publicKey.public]));
  const ids = keys.map((key) => deriveKeyId(primitives, key));
  return new Set(page.mail?.key === undefined ? ids : [...ids, "mails"]);
}
