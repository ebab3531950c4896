/** What a publication means for the audit log: one event for the log, and one for every key or authority that changed. */
import type { Bytes } from "@coterie/bytes";
import type { KeyLog, KeyLogChange } from "@coterie/key-log";
import { deriveKeyId } from "@coterie/sealed-box/seal";
import type { AuditEventName } from "../audit/event-names.ts";
import { type EventTransaction, recordEvent } from "../audit/record-event.ts";
import type { GatewayDeps } from "../deps.ts";

/** What was published. */
export interface PublishedEntries {
  readonly organisationId: Bytes;
  /** The token that was used. */
  readonly tokenId: Bytes;
  readonly log: KeyLog;
  /** Entries that were there before. */
  readonly size: number;
}

/** Records it in the transaction that stores it. */
export async function recordPublication(
  deps: Pick<GatewayDeps, "primitives" | "random" | "now">,
  tx: EventTransaction,
  { organisationId, tokenId, log, size }: PublishedEntries,
): Promise<void> {
  const common = { organisationId, actor: { kind: "organisation", tokenId }, atMs: deps.now() } as const;
  const fresh = log.entries.slice(size);
  const amount = fresh.length;
  await recordEvent(deps, tx, { ...common, event: "key-log-published", subject: log.logId, amount });
  for (const { change } of fresh) {
    await recordEvent(deps, tx, { ...common, ...eventOf(deps, { change, logId: log.logId }) });
  }
}

function eventOf(
  { primitives }: Pick<GatewayDeps, "primitives">,
  { change, logId }: { readonly change: KeyLogChange; readonly logId: string },
): { readonly event: AuditEventName; readonly subject: string } {
  switch (change.kind) {
    // Whoever begins a log decides whose signature counts from then on.
    case "genesis":
    case "authority":
      return { event: "authority-changed", subject: logId };
    case "activate":
      return { event: "key-activated", subject: deriveKeyId(primitives, change.publicKey) };
    case "retire":
      return { event: "key-retired", subject: change.keyId };
    case "revoke":
      return { event: "key-revoked", subject: change.keyId };
  }
}
