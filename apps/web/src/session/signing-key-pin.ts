/**
 * The gateway's signing key, remembered at the first sign-in in this browser. Contacts are believed only under this key; a
 * gateway that shows another one later is refused, whatever it says.
 */
import { decodeBase64Url, encodeBase64Url, encodeHex, equalBytes } from "@coterie/bytes";

/** Text that outlives the tab. */
export interface TextStore {
  readonly load: (name: string) => string | undefined;
  readonly save: (name: string, text: string) => void;
  readonly remove: (name: string) => void;
}

/** What the remembered key says to the one that was shown. */
export type PinVerdict =
  | { readonly kind: "first" }
  | { readonly kind: "same" }
  | { readonly kind: "changed"; readonly pinned: string; readonly shown: string };

const pinName = "coterie.gateway-signing-key";

/** Compares with the remembered key, and remembers the first one. A remembered text that is no key counts as changed. */
export function checkSigningKey({ store }: { readonly store: TextStore }, shown: Uint8Array): PinVerdict {
  const text = store.load(pinName);
  if (text === undefined) {
    store.save(pinName, encodeBase64Url(shown));
    return { kind: "first" };
  }
  const pinned = parsePin(text);
  if (pinned !== undefined && equalBytes(pinned, shown)) return { kind: "same" };
  return { kind: "changed", pinned: pinned === undefined ? "?" : fingerprintOf(pinned), shown: fingerprintOf(shown) };
}

/** Forgets the remembered key: only after a person compared the new one with the operator. */
export function forgetSigningKey({ store }: { readonly store: TextStore }): void {
  store.remove(pinName);
}

/** The whole key in groups that can be read aloud. */
export function fingerprintOf(key: Uint8Array): string {
  return encodeHex(key)
    .replaceAll(/(.{4})/g, "$1 ")
    .trim();
}

/** Whether what was typed are the last eight characters of the fingerprint: read from the operator's, not guessed. */
export function confirmsFingerprint(fingerprint: string, typed: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/\s/g, "");
  return plain(typed).length === 8 && plain(fingerprint).endsWith(plain(typed));
}

function parsePin(text: string): Uint8Array | undefined {
  try {
    const key = decodeBase64Url(text);
    return key.length === 32 ? key : undefined;
  } catch {
    return undefined;
  }
}
