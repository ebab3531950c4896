// A sender, a receiver and a body; what each test changes stands in the test.
import { encodeUtf8 } from "@coterie/bytes";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import {
  signWebhook,
  verifyWebhook,
  type WebhookHeaders,
  type WebhookKey,
  type WebhookSigningKey,
} from "../src/index.ts";

export const sentAtMs = Date.UTC(2030, 0, 2, 3, 4, 5);
export const body = encodeUtf8('{"type":"test"}');
export const id = "cmsg1qyqszqgpqyqszqgpqyqszqgpcg5vjp";

/** An Ed25519 pair made from one byte. */
export function pairOf(byte: number): { readonly signing: WebhookSigningKey; readonly key: WebhookKey } {
  const { publicKey, secretKey } = primitives.deriveSigningKeyPair(new Uint8Array(32).fill(byte));
  return { signing: { kind: "ed25519", secretKey }, key: { kind: "ed25519", publicKey } };
}

export function signedBy(...keys: readonly WebhookSigningKey[]): WebhookHeaders {
  return signWebhook({ primitives }, { id, sentAtMs, body, keys });
}

export interface Arrival {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>> | WebhookHeaders;
  readonly keys: readonly WebhookKey[];
  readonly body?: Uint8Array;
  readonly nowMs?: number;
  readonly seen?: { readonly has: (id: string) => boolean };
}

export function arrive({ headers, keys, body: bytes = body, nowMs = sentAtMs, seen }: Arrival): string {
  const deps = { primitives, now: () => nowMs };
  const input = { headers: { ...headers }, body: bytes, keys, toleranceS: 300, seen: seen ?? { has: () => false } };
  return verifyWebhook(deps, input).kind;
}

/** The stable code of what is thrown, or what came out. */
export function codeOf(run: () => string): string {
  try {
    return run();
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "not ours";
  }
}
