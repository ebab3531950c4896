/** The chain: each link's hash covers its place, the link before and the event's hash (docs/protocol/audit.md §3). */
import { type Bytes, encodeFields } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { auditLabels } from "./labels.ts";

/** One link. */
export interface AuditLinkInput {
  /** 16 bytes. */
  readonly logId: Uint8Array;
  /** 1, 2, 3 … */
  readonly seq: number;
  /** The hash of the link before; none before the first. */
  readonly before: Uint8Array;
  /** 32 bytes. */
  readonly eventHash: Uint8Array;
}

/** SHA-256 (32 bytes) of a link. */
export function linkAuditHash(
  { sha256 }: Pick<Primitives, "sha256">,
  { logId, seq, before, eventHash }: AuditLinkInput,
): Bytes {
  return sha256(encodeFields(auditLabels.chain, logId, seq, before, eventHash));
}
