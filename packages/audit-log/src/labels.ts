/**
 * The labels of this package: first field of everything that is hashed, signed or stored, so that bytes made for one purpose are
 * never valid for another (docs/protocol/audit.md §3).
 */
export const auditLabels = {
  event: "coterie/audit-event/1",
  chain: "coterie/audit-chain/1",
  head: "coterie/audit-head/1",
  signedHead: "coterie/audit-signed-head/1",
  memory: "coterie/audit-memory/1",
  ownEvents: "coterie/audit-own-events/1",
} as const;
