/** What is signed: id, timestamp and body, joined by full stops, as Standard Webhooks has it (docs/protocol/webhooks.md §3). */
import { type Bytes, concatBytes, encodeUtf8 } from "@coterie/bytes";
import { MalformedWebhookHeaderError, WebhookTooLargeError } from "./errors.ts";
import { webhookLimits } from "./limits.ts";

/** A delivery's parts. */
export interface SignedParts {
  readonly id: string;
  /** Seconds since 1970, as the header writes it. */
  readonly timestamp: string;
  readonly body: Uint8Array;
}

// No full stop in either: two different triples never join to the same bytes.
const idPattern = new RegExp(`^[A-Za-z0-9_-]{1,${webhookLimits.idCharacters}}$`);
const timestampPattern = /^(0|[1-9][0-9]{0,11})$/;

/** The bytes under the signature. Throws MalformedWebhookHeaderError, WebhookTooLargeError. */
export function signedContent({ id, timestamp, body }: SignedParts): Bytes {
  if (!idPattern.test(id) || !timestampPattern.test(timestamp)) throw new MalformedWebhookHeaderError();
  if (body.length > webhookLimits.bodyBytes) throw new WebhookTooLargeError();
  return concatBytes(encodeUtf8(`${id}.${timestamp}.`), body);
}
