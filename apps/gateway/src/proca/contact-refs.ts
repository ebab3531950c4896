/**
 * The references that clients are given for an action: 32 bytes that look random, that nobody can make, and from which the
 * gateway alone reads the action's id. They do not depend on the person, so nobody finds one by guessing addresses.
 */
import { type Bytes, decodeBase64Url, encodeBase64Url, equalBytes, FieldWriter } from "@coterie/bytes";
import type { GatewayDeps } from "../deps.ts";

/** What references are made with. */
export type ReferenceDeps = Pick<GatewayDeps, "primitives" | "secrets">;

const halfBytes = 16;

/** The reference of an action: its id under a mask that its MAC chooses, then the MAC. */
export function encodeReference(deps: ReferenceDeps, actionId: Uint8Array): string {
  const tag = tagOf(deps, actionId);
  const reference = new Uint8Array(2 * halfBytes);
  reference.set(masked(deps, { bytes: actionId, tag }));
  reference.set(tag, halfBytes);
  return encodeBase64Url(reference);
}

/** The id of the action that a reference was made for, or undefined where this gateway did not make it. */
export function findReferenced(deps: ReferenceDeps, text: string): Bytes | undefined {
  const reference = /^[A-Za-z0-9_-]{43}$/.test(text) ? decode(text) : undefined;
  if (reference?.length !== 2 * halfBytes) return undefined;
  const tag = reference.slice(halfBytes);
  const actionId = masked(deps, { bytes: reference.subarray(0, halfBytes), tag });
  return equalBytes(tagOf(deps, actionId), tag) ? actionId : undefined;
}

/** The MAC under which a reference is kept that a client made up itself: 32 bytes. Only within one campaign. */
export function madeUpReferenceMac(
  deps: ReferenceDeps,
  { campaignId, text }: { readonly campaignId: Uint8Array; readonly text: string },
): Bytes {
  return mac(deps, new FieldWriter().text("coterie/proca-made-up-reference/1").bytes(campaignId).text(text));
}

/** The id of the action of a request that carries an `Idempotency-Key`: the same for the same key and page. 16 bytes. */
export function idempotentId(
  deps: ReferenceDeps,
  { pageId, key, mutation }: { readonly pageId: Uint8Array; readonly key: string; readonly mutation: string },
): Bytes {
  const fields = new FieldWriter().text("coterie/proca-idempotency/1").text(mutation).bytes(pageId).text(key);
  return mac(deps, fields).slice(0, halfBytes);
}

/** HMAC-SHA256 under the key of the references: 32 bytes. */
export function mac({ primitives, secrets }: ReferenceDeps, fields: FieldWriter): Bytes {
  return primitives.hmacSha256(secrets.contactRefs.exposeSecretBytes(), fields.finish());
}

function tagOf(deps: ReferenceDeps, actionId: Uint8Array): Bytes {
  return mac(deps, new FieldWriter().text("coterie/proca-reference-tag/1").bytes(actionId)).slice(0, halfBytes);
}

function masked(deps: ReferenceDeps, { bytes, tag }: { readonly bytes: Uint8Array; readonly tag: Uint8Array }): Bytes {
  const mask = mac(deps, new FieldWriter().text("coterie/proca-reference-mask/1").bytes(tag));
  return Uint8Array.from(bytes, (byte, index) => byte ^ (mask[index] ?? 0));
}

// Not every text of these characters is base64url: the last one has bits to spare.
function decode(text: string): Bytes | undefined {
  try {
    return decodeBase64Url(text);
  } catch {
    return undefined;
  }
}
