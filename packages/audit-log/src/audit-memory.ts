/**
 * What an organisation keeps of a log that it verified (docs/protocol/audit.md §5), so that the next one it is shown can be told
 * from a shortened, an older or another one. Not secret; who can change it can make the organisation forget.
 */
import { type Bytes, encodeFields, FieldReader } from "@coterie/bytes";
import { decodeAuditHead, encodeAuditHead, type SignedAuditHead, strictly } from "./audit-head.ts";
import { AuditMalformedError } from "./errors.ts";
import { auditLabels } from "./labels.ts";
import { auditLogLimits } from "./limits.ts";

/** A verified log, in short. */
export interface AuditMemory {
  readonly head: SignedAuditHead;
  /** How many of its events were the organisation's own. */
  readonly ownEvents: number;
  /** 32 bytes over which of them those were. */
  readonly ownDigest: Uint8Array;
}

/** The memory as it is stored. */
export function encodeAuditMemory({ head, ownEvents, ownDigest }: AuditMemory): Bytes {
  return encodeFields(auditLabels.memory, encodeAuditHead(head), ownEvents, ownDigest);
}

/** The memory from storage. Throws AuditMalformedError: who cannot read what it remembers does not go on as if it had seen nothing. */
export function decodeAuditMemory(encoded: Uint8Array): AuditMemory {
  if (encoded.length > auditLogLimits.memoryLengthBytes) throw new AuditMalformedError("not a memory of an audit log");
  return strictly(() => {
    const reader = new FieldReader(encoded);
    if (reader.text(64) !== auditLabels.memory) throw new AuditMalformedError("not a memory of an audit log");
    const head = decodeAuditHead(reader.bytes(auditLogLimits.headLengthBytes));
    const memory = { head, ownEvents: reader.number(), ownDigest: reader.bytes(32) };
    reader.end();
    return memory;
  });
}
