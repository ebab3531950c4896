/** Verifying a webhook: who sent it, whether it was changed, whether it is a replay, whether it was here before. */
import { equalBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { findBase64 } from "./base64.ts";
import {
  MalformedWebhookHeaderError,
  MissingWebhookHeaderError,
  WebhookNotAuthenticError,
  WebhookOutsideWindowError,
} from "./errors.ts";
import type { WebhookKey } from "./keys.ts";
import { webhookLimits } from "./limits.ts";
import type { SeenIds } from "./seen-ids.ts";
import { signedContent } from "./signed-content.ts";

/** Headers as Node's servers give them (lower-case names), or as `Headers` of the web platform. */
export type ReceivedHeaders =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | { readonly get: (name: string) => string | null };

/** What arrived, and what is trusted. */
export interface WebhookVerification {
  readonly headers: ReceivedHeaders;
  /** The bytes as they came, not parsed and written again. */
  readonly body: Uint8Array;
  /** All that are trusted now: two while the sender changes its key. */
  readonly keys: readonly WebhookKey[];
  /** How far the time may be from the clock, in seconds; {@link webhookLimits}.toleranceS where there is no reason for another. */
  readonly toleranceS: number;
  /** What was here before. Verifying only asks: add the id once its content is stored. */
  readonly seen: Pick<SeenIds, "has">;
}

/** A webhook that a trusted key signed within the window. */
export interface VerifiedWebhook {
  /**
   * "repeated": its id was here before. Answer with success and do nothing: the sender did not hear the last answer. An attacker who
   * sends a recorded delivery again gets no further than here.
   */
  readonly kind: "new" | "repeated";
  readonly id: string;
  /** Milliseconds since 1970, of this attempt. */
  readonly sentAtMs: number;
}

/**
 * Checks a webhook. Delivery is at least once: store its content, add the id to what was seen, then answer with success; in another
 * order a crash would lose it. Protects against forgery, changes, and replays; does not tell whether the content is complete.
 * @throws MissingWebhookHeaderError, MalformedWebhookHeaderError, WebhookTooLargeError, WebhookNotAuthenticError,
 * WebhookOutsideWindowError; answer all of them with 400 or 401, and the sender tries again later
 *
 * @example
 * import { portablePrimitives as primitives } from "@coterie/primitives/portable";
 * import { createSeenIds, parseWebhookKey, signWebhook, verifyWebhook } from "@coterie/webhook";
 *
 * const key = parseWebhookKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
 * if (key.kind !== "hmac-sha256") throw new Error("unreachable");
 * const body = new TextEncoder().encode("{}");
 * const headers = signWebhook({ primitives }, { id: "cmsg1example", sentAtMs: 1_900_000_000_000, body, keys: [key] });
 * const now = () => 1_900_000_001_000;
 * const seen = createSeenIds({ now }, { keepS: 600, most: 10_000 });
 * verifyWebhook({ primitives, now }, { headers: { ...headers }, body, keys: [key], toleranceS: 300, seen }).kind; // "new"
 */
export function verifyWebhook(
  { primitives, now }: { readonly primitives: Pick<Primitives, "verify" | "hmacSha256">; readonly now: () => number },
  { headers, body, keys, toleranceS, seen }: WebhookVerification,
): VerifiedWebhook {
  const id = getHeader(headers, "webhook-id");
  const timestamp = getHeader(headers, "webhook-timestamp");
  const signatures = parseSignatures(getHeader(headers, "webhook-signature"));
  const content = signedContent({ id, timestamp, body });
  if (!keys.some((key) => signatures.some((signature) => isBy(primitives, key, { signature, content })))) {
    throw new WebhookNotAuthenticError();
  }
  const sentAtMs = Number(timestamp) * 1000;
  if (!(Math.abs(now() - sentAtMs) <= toleranceS * 1000)) throw new WebhookOutsideWindowError();
  return { kind: seen.has(id) ? "repeated" : "new", id, sentAtMs };
}

function getHeader(headers: ReceivedHeaders, name: string): string {
  const value = isWebHeaders(headers) ? headers.get(name) : Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (value === undefined || value === null || value === "") throw new MissingWebhookHeaderError();
  if (typeof value !== "string" || value.length > webhookLimits.signatureHeaderCharacters) {
    throw new MalformedWebhookHeaderError();
  }
  return value;
}

function isWebHeaders(headers: ReceivedHeaders): headers is { readonly get: (name: string) => string | null } {
  return typeof headers["get"] === "function";
}

interface Signature {
  readonly version: string;
  readonly base64: string;
}

/** Entries of versions that this package does not know are left alone: a sender may add newer ones. */
function parseSignatures(text: string): readonly Signature[] {
  return text
    .split(" ")
    .slice(0, webhookLimits.signatures)
    .map((entry) => {
      const comma = entry.indexOf(",");
      if (comma < 1) throw new MalformedWebhookHeaderError();
      return { version: entry.slice(0, comma), base64: entry.slice(comma + 1) };
    });
}

function isBy(
  primitives: Pick<Primitives, "verify" | "hmacSha256">,
  key: WebhookKey,
  { signature, content }: { readonly signature: Signature; readonly content: Uint8Array },
): boolean {
  if (signature.version !== (key.kind === "ed25519" ? "v1a" : "v1")) return false;
  const bytes = findBase64(signature.base64);
  if (bytes === undefined) return false;
  if (key.kind === "ed25519") return primitives.verify(key.publicKey, content, bytes);
  return equalBytes(primitives.hmacSha256(key.secretKey.exposeSecretBytes(), content), bytes);
}
