/** Keys in the text forms of Standard Webhooks: a prefix that says what it is, and base64. */
import { type Bytes, SecretKey } from "@coterie/bytes";
import { isUsableSigningKey, type Primitives } from "@coterie/primitives";
import { encodeBase64, findBase64 } from "./base64.ts";
import { MalformedWebhookKeyError } from "./errors.ts";
import { webhookLimits } from "./limits.ts";

/** What a receiver trusts. The kind of the key decides which signatures are looked at, never the header. */
export type WebhookKey =
  | { readonly kind: "ed25519"; readonly publicKey: Bytes }
  | { readonly kind: "hmac-sha256"; readonly secretKey: SecretKey<"webhook-hmac"> };

/** What a sender signs with. Whoever parsed it destroys `secretKey`. */
export type WebhookSigningKey =
  | { readonly kind: "ed25519"; readonly secretKey: SecretKey<"ed25519"> }
  | { readonly kind: "hmac-sha256"; readonly secretKey: SecretKey<"webhook-hmac"> };

const keyLengthBytes = 32;

/** The text form of an Ed25519 public key (32 bytes): `whpk_` and base64. */
export function encodeWebhookPublicKey(publicKey: Uint8Array): string {
  return `whpk_${encodeBase64(publicKey)}`;
}

/**
 * The key of a receiver: `whpk_…` (Ed25519 public key) or `whsec_…` (HMAC secret of 24 to 64 bytes, shared with the sender).
 * @throws MalformedWebhookKeyError on anything else, and on public keys that verify what nobody signed
 *
 * @example
 * import { parseWebhookKey } from "@coterie/webhook";
 *
 * parseWebhookKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").kind; // "hmac-sha256"
 */
export function parseWebhookKey(text: string): WebhookKey {
  const { prefix, bytes } = split(text);
  if (prefix === "whsec") return { kind: "hmac-sha256", secretKey: hmacKey(bytes) };
  if (prefix !== "whpk") throw new MalformedWebhookKeyError("a receiver's key begins with whpk_ or whsec_");
  if (bytes.length !== keyLengthBytes || !isUsableSigningKey(bytes)) {
    throw new MalformedWebhookKeyError("not an Ed25519 public key");
  }
  return { kind: "ed25519", publicKey: bytes };
}

/**
 * The key of a sender: `whsk_…` (Ed25519 seed of 32 bytes) or `whsec_…` (HMAC secret).
 * @throws MalformedWebhookKeyError
 */
export function parseWebhookSigningKey(
  { primitives }: { readonly primitives: Pick<Primitives, "deriveSigningKeyPair"> },
  text: string,
): WebhookSigningKey {
  const { prefix, bytes } = split(text);
  if (prefix === "whsec") return { kind: "hmac-sha256", secretKey: hmacKey(bytes) };
  try {
    if (prefix !== "whsk") throw new MalformedWebhookKeyError("a sender's key begins with whsk_ or whsec_");
    if (bytes.length !== keyLengthBytes) throw new MalformedWebhookKeyError("not an Ed25519 seed");
    return { kind: "ed25519", secretKey: primitives.deriveSigningKeyPair(bytes).secretKey };
  } finally {
    bytes.fill(0);
  }
}

function hmacKey(bytes: Bytes): SecretKey<"webhook-hmac"> {
  const { least, most } = webhookLimits.hmacKeyBytes;
  if (bytes.length < least || bytes.length > most) {
    bytes.fill(0);
    throw new MalformedWebhookKeyError("an HMAC secret has 24 to 64 bytes");
  }
  return SecretKey.own("webhook-hmac", bytes);
}

function split(text: string): { readonly prefix: string; readonly bytes: Bytes } {
  const [, prefix = "", base64 = ""] = /^(whpk|whsk|whsec)_([A-Za-z0-9+/=]{1,200})$/.exec(text.trim()) ?? [];
  const bytes = findBase64(base64);
  if (bytes === undefined) throw new MalformedWebhookKeyError("not a key of Standard Webhooks");
  return { prefix, bytes };
}
