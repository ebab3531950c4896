/** Signing a webhook. */
import type { Primitives } from "@coterie/primitives";
import { encodeBase64 } from "./base64.ts";
import type { WebhookSigningKey } from "./keys.ts";
import { signedContent } from "./signed-content.ts";

/** One attempt to deliver. */
export interface WebhookSigningInput {
  /** Names the delivery; the same at every attempt. At most 64 characters of A–Z a–z 0–9 _ and -. */
  readonly id: string;
  /** Milliseconds since 1970, of this attempt. */
  readonly sentAtMs: number;
  readonly body: Uint8Array;
  /** One, or two while a new key replaces an old one: a receiver is content with either. */
  readonly keys: readonly WebhookSigningKey[];
}

/** The headers of a webhook, as they are sent. */
export interface WebhookHeaders {
  readonly "webhook-id": string;
  /** Seconds since 1970. */
  readonly "webhook-timestamp": string;
  /** `v1a,…` (Ed25519) or `v1,…` (HMAC-SHA-256), separated by spaces. */
  readonly "webhook-signature": string;
}

/**
 * The headers that let a receiver check who sent this body, when, and under which id. They do not hide the body.
 * @throws MalformedWebhookHeaderError on an id or time of another form, WebhookTooLargeError
 */
export function signWebhook(
  { primitives }: { readonly primitives: Pick<Primitives, "sign" | "hmacSha256"> },
  { id, sentAtMs, body, keys }: WebhookSigningInput,
): WebhookHeaders {
  const timestamp = String(Math.floor(sentAtMs / 1000));
  const content = signedContent({ id, timestamp, body });
  const signatures = keys.map((key) =>
    key.kind === "ed25519"
      ? `v1a,${encodeBase64(primitives.sign(key.secretKey, content))}`
      : `v1,${encodeBase64(primitives.hmacSha256(key.secretKey.exposeSecretBytes(), content))}`,
  );
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}
