/**
 * Signed webhooks (docs/protocol/webhooks.md §3): what a sender needs to sign, and a receiver to verify, to refuse replays and to tell
 * repetitions. The headers are those of Standard Webhooks, with Ed25519 (`v1a`) or HMAC-SHA-256 (`v1`).
 */
export {
  MalformedWebhookHeaderError,
  MalformedWebhookKeyError,
  MissingWebhookHeaderError,
  type WebhookError,
  WebhookNotAuthenticError,
  WebhookOutsideWindowError,
  WebhookTooLargeError,
} from "./errors.ts";
export {
  encodeWebhookPublicKey,
  parseWebhookKey,
  parseWebhookSigningKey,
  type WebhookKey,
  type WebhookSigningKey,
} from "./keys.ts";
export { webhookLimits } from "./limits.ts";
export { createSeenIds, type SeenIds } from "./seen-ids.ts";
export { signWebhook, type WebhookHeaders, type WebhookSigningInput } from "./sign.ts";
export { type ReceivedHeaders, verifyWebhook, type VerifiedWebhook, type WebhookVerification } from "./verify.ts";
