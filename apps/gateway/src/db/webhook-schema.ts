/** The tables of webhooks as the query builder sees them (docs/protocol/webhooks.md §7). */
import type { Bytes } from "@coterie/bytes";

/** What a delivery's body looks like. */
export type StoredShape = "coterie" | "proca";

/** Whether a webhook delivers: paused by its organisation, suspended by the gateway. */
export type StoredWebhookState = "active" | "paused" | "suspended";

/** What came of the last attempt, without anything that was sent or answered. */
export interface AttemptColumns {
  readonly last_outcome: string | null;
  readonly last_status: number | null;
  readonly last_attempt_at_ms: number | null;
  readonly last_duration_ms: number | null;
}

/** Where an organisation has its deliveries posted to. */
export interface WebhookTable extends AttemptColumns {
  readonly id: Bytes;
  readonly organisation_id: Bytes;
  readonly url: string;
  readonly shape: StoredShape;
  readonly state: StoredWebhookState;
  readonly batch_size: number;
  readonly position: number;
  readonly created_at_ms: number;
  readonly failing_since_ms: number | null;
  readonly last_delivered_at_ms: number | null;
  readonly set_aside_in_a_row: number;
}

/** A delivery that is under way ("next", or "redriven" out of order) or was set aside ("dead"). */
export interface WebhookDeliveryTable extends AttemptColumns {
  readonly id: Bytes;
  readonly webhook_id: Bytes;
  readonly first_sequence: number;
  readonly last_sequence: number;
  readonly state: "next" | "dead" | "redriven";
  readonly attempts: number;
  readonly due_at_ms: number;
  readonly lease_until_ms: number;
  readonly lease: Bytes | null;
  readonly created_at_ms: number;
}
