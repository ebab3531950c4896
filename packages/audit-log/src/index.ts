/**
 * A gateway's audit log (docs/protocol/audit.md): one hash chain of events, of which each organisation sees its own and, of the
 * others, hashes that tell nothing; heads that the gateway signs; and the check that whoever remembered a head runs later.
 * This file is the table of contents.
 */
export { type AuditEvent, hashAuditEvent } from "./audit-event.ts";
export {
  type AuditHead,
  decodeAuditHead,
  encodeAuditHead,
  requireSignedHead,
  signAuditHead,
  type SignedAuditHead,
} from "./audit-head.ts";
export { type AuditMemory, decodeAuditMemory, encodeAuditMemory } from "./audit-memory.ts";
export { type AuditLinkInput, linkAuditHash } from "./audit-link.ts";
export {
  AuditBadSignatureError,
  AuditBrokenChainError,
  AuditEventChangedError,
  AuditEventMissingError,
  AuditForkedError,
  type AuditLogError,
  AuditMalformedError,
  AuditOtherLogError,
  AuditRolledBackError,
} from "./errors.ts";
export { auditLogLimits } from "./limits.ts";
export { createAuditVerifier, type AuditVerifier, type AuditVerifierInput, type SeenLink } from "./verify-audit-log.ts";
