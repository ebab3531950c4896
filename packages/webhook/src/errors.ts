/** Why a webhook is refused. Messages say nothing of what was sent. */
import { CoterieError } from "@coterie/bytes";

/** One of the three headers is missing. */
export class MissingWebhookHeaderError extends CoterieError {
  readonly code = "webhook/missing-header";

  constructor() {
    super("a webhook has the headers webhook-id, webhook-timestamp and webhook-signature");
  }
}

/** A header is there twice, too long, or not of its form. */
export class MalformedWebhookHeaderError extends CoterieError {
  readonly code = "webhook/malformed-header";

  constructor() {
    super("a header of the webhook does not follow its form");
  }
}

/** The body is larger than {@link webhookLimits}. */
export class WebhookTooLargeError extends CoterieError {
  readonly code = "webhook/too-large";

  constructor() {
    super("the webhook's body is larger than its limit");
  }
}

/** No signature is by a key that is trusted: forged, changed on the way, or signed with a key that this receiver does not know. */
export class WebhookNotAuthenticError extends CoterieError {
  readonly code = "webhook/not-authentic";

  constructor() {
    super("no signature of the webhook is by a trusted key");
  }
}

/** Signed, but too long ago or in the future: a replay, or a clock that is wrong. */
export class WebhookOutsideWindowError extends CoterieError {
  readonly code = "webhook/outside-window";

  constructor() {
    super("the webhook's time is outside of the window");
  }
}

/** Text that is no key of Standard Webhooks: `whpk_…`, `whsk_…` or `whsec_…`. */
export class MalformedWebhookKeyError extends CoterieError {
  readonly code = "webhook/malformed-key";
}

/** All errors of this package, for an exhaustive `switch (error.code)`. */
export type WebhookError =
  | MissingWebhookHeaderError
  | MalformedWebhookHeaderError
  | WebhookTooLargeError
  | WebhookNotAuthenticError
  | WebhookOutsideWindowError
  | MalformedWebhookKeyError;
