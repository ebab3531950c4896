/** One event and its hash (docs/protocol/audit.md §3). */
import { type Bytes, encodeFields } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { AuditMalformedError } from "./errors.ts";
import { auditLabels } from "./labels.ts";
import { auditLogLimits } from "./limits.ts";

/** An event as it was recorded. */
export interface AuditEvent {
  /** 32 random bytes: without them the hash of an event would tell whoever guesses it. */
  readonly salt: Uint8Array;
  /** 16 bytes, or none where the event concerns the whole gateway. */
  readonly organisationId: Uint8Array;
  /** 1, 2, 3 … among the organisation's own events; 0 without an organisation. */
  readonly organisationSeq: number;
  readonly actor: string;
  /** 16 bytes, or none. */
  readonly tokenId: Uint8Array;
  readonly event: string;
  readonly subject: string;
  readonly amount: number;
  readonly atMs: number;
}

/** SHA-256 (32 bytes) of an event. Throws AuditMalformedError on members of another length. */
export function hashAuditEvent({ sha256 }: Pick<Primitives, "sha256">, event: AuditEvent): Bytes {
  const { salt, organisationId, organisationSeq, actor, tokenId, subject, amount, atMs } = event;
  const idsFit = [organisationId, tokenId].every(({ length }) => length === 0 || length === 16);
  const textsFit = [actor, event.event, subject].every(({ length }) => length <= auditLogLimits.textLengthBytes);
  const numbersFit = [organisationSeq, amount, atMs].every((number) => Number.isSafeInteger(number) && number >= 0);
  if (salt.length !== 32 || !idsFit || !textsFit || !numbersFit) {
    throw new AuditMalformedError("an event of the audit log has another form");
  }
  return sha256(
    encodeFields(
      auditLabels.event,
      salt,
      organisationId,
      organisationSeq,
      actor,
      tokenId,
      event.event,
      subject,
      amount,
      atMs,
    ),
  );
}
