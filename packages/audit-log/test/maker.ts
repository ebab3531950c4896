// A log as a gateway would keep it, in memory: with the seeds of its keys and salts visibly no secrets.
import type { Bytes } from "@coterie/bytes";
import { nodePrimitives } from "@coterie/primitives/node";
import {
  type AuditEvent,
  hashAuditEvent,
  linkAuditHash,
  type SeenLink,
  signAuditHead,
  type SignedAuditHead,
} from "../src/index.ts";

export const signing = nodePrimitives.deriveSigningKeyPair(new Uint8Array(32).fill(1));
export const alice: Bytes = new Uint8Array(16).fill(0xa1);
export const bob: Bytes = new Uint8Array(16).fill(0xb0);
export const logId: Bytes = new Uint8Array(16).fill(0x10);

export interface MadeLog {
  readonly events: readonly AuditEvent[];
  /** With which options it was made. */
  readonly logId: Uint8Array;
}

/** A log in which the owners' events follow one another; `change` is made to an event before it is chained. */
export function makeLog(
  owners: readonly Bytes[],
  { id = logId, change = (event) => event }: { id?: Uint8Array; change?: (event: AuditEvent) => AuditEvent } = {},
): MadeLog {
  const counts = new Map<Bytes, number>();
  const events = owners.map((organisationId, index) => {
    const organisationSeq = (counts.get(organisationId) ?? 0) + 1;
    counts.set(organisationId, organisationSeq);
    return change({
      salt: new Uint8Array(32).fill(index + 1),
      organisationId,
      organisationSeq,
      actor: "organisation",
      tokenId: new Uint8Array(16).fill(0x70),
      event: "page-updated",
      subject: "cpag1qqqq",
      amount: 0,
      atMs: 1_800_000_000_000 + index,
    });
  });
  return { events, logId: id };
}

/** The links as `reader` sees them. */
export function linksFor({ events }: MadeLog, reader: Bytes = alice): SeenLink[] {
  return events.map((event) => ({
    eventHash: hashAuditEvent(nodePrimitives, event),
    event: event.organisationId === reader ? event : undefined,
  }));
}

/** The head after `size` events, signed. */
export function headOf({ events, logId: id }: MadeLog, size: number = events.length): SignedAuditHead {
  let hash: Uint8Array = new Uint8Array(0);
  for (const [index, event] of events.slice(0, size).entries()) {
    const eventHash = hashAuditEvent(nodePrimitives, event);
    hash = linkAuditHash(nodePrimitives, { logId: id, seq: index + 1, before: hash, eventHash });
  }
  return signAuditHead(nodePrimitives, { head: { logId: id, size, hash, signedAtMs: 1_800_000_000_000 }, signing });
}
