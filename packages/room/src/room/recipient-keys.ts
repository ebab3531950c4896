/** To which key somebody is sealed in a block: what its author knew, and what the block itself says of whom it adds (docs/protocol/rooms.md §7). */
import { type Bytes, encodeHex } from "@coterie/bytes";
import type { Membership } from "../membership/membership.ts";
import type { Operation } from "../membership/operation.ts";

/** The sealing keys of whom a block may give something; undefined for others. `membership`: M of the block. */
export function recipientKeys(
  operations: readonly Operation[],
  membership: Membership,
): (identity: Bytes) => Bytes | undefined {
  const added = new Map<string, Bytes>();
  for (const operation of operations) {
    if (operation.kind !== "add" || membership.isSure(operation.identity)) continue;
    const key = encodeHex(operation.identity);
    if (!added.has(key)) added.set(key, operation.sealingKey);
  }
  return (identity) => added.get(encodeHex(identity)) ?? membership.find(identity)?.sealingKey;
}
