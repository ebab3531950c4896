/** What happens to an organisation's keys, for its audit log and its staff. */
import { type Bytes, encodeTextForm } from "@coterie/bytes";
import { type EventTransaction, recordEvent } from "../audit/record-event.ts";
import type { AuditEventName } from "../audit/event-names.ts";
import type { GatewayDeps } from "../deps.ts";

/** One change of one key. */
export interface KeyEvent {
  readonly organisationId: Bytes;
  /** 20 bytes. */
  readonly keyId: Bytes;
  /** The token that asked for it. */
  readonly tokenId: Bytes | undefined;
  readonly event: Extract<AuditEventName, `key-${string}`>;
}

/** Records the change in the transaction that makes it. */
export async function recordKeyEvent(
  deps: Pick<GatewayDeps, "random" | "now">,
  tx: EventTransaction,
  { organisationId, keyId, tokenId, event }: KeyEvent,
): Promise<void> {
  await recordEvent(deps, tx, {
    organisationId,
    actor: { kind: "organisation", tokenId },
    event,
    subject: encodeTextForm("ckey", keyId),
    atMs: deps.now(),
  });
}
