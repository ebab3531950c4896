/** Standard base64 with padding (RFC 4648 §4), as Standard Webhooks writes keys and signatures; one text per byte string. */
import { type Bytes, decodeBase64Url, encodeBase64Url, MalformedTextError } from "@coterie/bytes";

/** The base64 text of `bytes`. */
export function encodeBase64(bytes: Uint8Array): string {
  const text = encodeBase64Url(bytes).replaceAll("-", "+").replaceAll("_", "/");
  return text + "=".repeat((4 - (text.length % 4)) % 4);
}

/** The bytes of `text`, or undefined where it is not canonical base64. */
export function findBase64(text: string): Bytes | undefined {
  const [, symbols = "", padding = ""] = /^([A-Za-z0-9+/]*)(={0,2})$/.exec(text) ?? [];
  if (symbols === "" || text.length % 4 !== 0 || symbols.length + padding.length !== text.length) return undefined;
  try {
    return decodeBase64Url(symbols.replaceAll("+", "-").replaceAll("/", "_"));
  } catch (error) {
    if (error instanceof MalformedTextError) return undefined;
    throw error;
  }
}
