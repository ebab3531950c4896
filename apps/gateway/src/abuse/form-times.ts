/**
 * When a form without script was drawn (docs/protocol/abuse.md §4): a MAC in the form says that this gateway drew it for this page
 * and action, and when. A program that posts without reading the form has none, and one that reads it is as slow as a person.
 */
import { type Bytes, decodeBase64Url, encodeBase64Url, equalBytes, FieldWriter } from "@coterie/bytes";
import type { GatewayDeps } from "../deps.ts";
import { gatewayLimits } from "../limits.ts";
import type { WorkPlace } from "./work-challenges.ts";

type FormTimeDeps = Pick<GatewayDeps, "primitives" | "now" | "secrets">;

/** The text of the form's hidden field: the time (8 bytes) and its tag (32), in base64url. */
export function signFormTime(deps: FormTimeDeps, place: WorkPlace): string {
  return encodeFormTime(deps, { place, drawnAtMs: Math.floor(deps.now()) });
}

/** The same text where the form is drawn again for the same action: it stays as old as it was, if it was ours. */
export function keepFormTime(
  deps: FormTimeDeps,
  { place, formTime }: { readonly place: WorkPlace; readonly formTime: string },
): string {
  const drawnAtMs = readFormTime(deps, { place, formTime });
  return drawnAtMs === undefined || isStale(deps, drawnAtMs) ? signFormTime(deps, place) : formTime;
}

/** Whether this gateway drew the form, neither a moment nor a day ago. */
export function isFormTimely(
  deps: FormTimeDeps,
  { place, formTime }: { readonly place: WorkPlace; readonly formTime: string },
): boolean {
  const drawnAtMs = readFormTime(deps, { place, formTime });
  if (drawnAtMs === undefined || isStale(deps, drawnAtMs)) return false;
  return deps.now() - drawnAtMs >= gatewayLimits.formQuickestMs;
}

function isStale({ now }: FormTimeDeps, drawnAtMs: number): boolean {
  const ageMs = now() - drawnAtMs;
  return ageMs > gatewayLimits.formOldestMs || ageMs < -gatewayLimits.gatewayClockSkewMs;
}

function readFormTime(
  deps: FormTimeDeps,
  { place, formTime }: { readonly place: WorkPlace; readonly formTime: string },
): number | undefined {
  const bytes = decode(formTime);
  if (bytes?.length !== 40) return undefined;
  const time = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
  if (time > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  const drawnAtMs = Number(time);
  return equalBytes(bytes.slice(8), tagOf(deps, { place, drawnAtMs })) ? drawnAtMs : undefined;
}

function encodeFormTime(deps: FormTimeDeps, input: { readonly place: WorkPlace; readonly drawnAtMs: number }): string {
  const bytes = new Uint8Array(40);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(input.drawnAtMs));
  bytes.set(tagOf(deps, input), 8);
  return encodeBase64Url(bytes);
}

function tagOf(
  { primitives, secrets }: FormTimeDeps,
  { place, drawnAtMs }: { readonly place: WorkPlace; readonly drawnAtMs: number },
): Bytes {
  const message = new FieldWriter()
    .text("coterie/form-time/1")
    .bytes(place.pageId)
    .bytes(place.actionId)
    .number(drawnAtMs)
    .finish();
  return primitives.hmacSha256(secrets.abuse.exposeSecretBytes(), message);
}

function decode(text: string): Bytes | undefined {
  if (text.length > 100) return undefined;
  try {
    return decodeBase64Url(text);
  } catch {
    return undefined;
  }
}
