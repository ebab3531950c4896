/**
 * Whether grants hold what they say (docs/protocol/rooms.md §6.4, §7). One is looked at when it matters: where it is all that somebody is
 * believed to have of an epoch, and this device holds what was granted.
 */
import type { Bytes } from "@coterie/bytes";
import type { Envelope } from "@coterie/oplog";
import type { GrantTruth } from "../epochs/due-grants.ts";
import type { GrantFact } from "../epochs/epoch-facts.ts";
import { deriveLevel, levelOf, reachesLevel } from "../epochs/level-secret.ts";
import { decodePublicPart, type Sealing } from "../epochs/public-part.ts";
import { verifyGrant } from "../epochs/verify-rotation.ts";
import type { Membership } from "../membership/membership.ts";
import type { GrantOperation, Operation } from "../membership/operation.ts";
import type { EpochChecksDeps } from "./epoch-checks.ts";
import { recipientKeys } from "./recipient-keys.ts";

/** The grants of a block with all that their check needs. */
export interface CheckedGrants {
  readonly envelope: Envelope;
  readonly operations: readonly Operation[];
  /** What was made of its grants, in their order. */
  readonly facts: readonly GrantFact[];
  /** M of the block. */
  readonly membership: Membership;
}

interface OpenGrant {
  readonly operation: GrantOperation;
  readonly sealing: Sealing | undefined;
  /** The recipient's key at that time; undefined for somebody to whom nothing should have been granted. */
  readonly sealingKey: Bytes | undefined;
  readonly hash: Bytes;
}

/** Two agreements each: where many newcomers were granted something, the rest waits for the next block. */
const checksPerBlock = 32;

/** The grants of one room that were not looked at. */
export class GrantChecks implements GrantTruth {
  readonly #deps: EpochChecksDeps;
  readonly #open = new Map<GrantFact, OpenGrant>();
  #left = checksPerBlock;

  constructor(deps: EpochChecksDeps) {
    this.#deps = deps;
  }

  /** Takes the grants of a block that was admitted. */
  add({ envelope, operations, facts, membership }: CheckedGrants): void {
    if (facts.length === 0) return;
    const sealings = decodePublicPart(envelope.publicPart);
    const keyOf = recipientKeys(operations, membership);
    // Sealings stand in the order of the operations.
    const sealed = operations.filter(({ kind }) => kind === "rotate" || kind === "grant");
    let next = 0;
    for (const [i, operation] of sealed.entries()) {
      const fact = operation.kind === "grant" ? facts[next++] : undefined;
      if (operation.kind !== "grant" || fact === undefined) continue;
      const sealingKey = keyOf(operation.identity);
      this.#open.set(fact, { operation, sealing: sealings[i], sealingKey, hash: envelope.hash });
    }
  }

  begin(): void {
    this.#left = checksPerBlock;
  }

  get hasMore(): boolean {
    return this.#left <= 0;
  }

  isTrue(grant: GrantFact): boolean {
    if (grant.isFalse) return false;
    const open = this.#open.get(grant);
    if (open === undefined || this.#left <= 0) return true;
    const isTrue = this.#verify(open);
    if (isTrue === undefined) return true;
    this.#left -= 1;
    this.#open.delete(grant);
    if (isTrue) return true;
    const { operation, hash } = open;
    this.#deps.facts.markFalseGrant(grant);
    this.#deps.onAlarm({ kind: "false-grant", epochId: operation.epochId, identity: operation.identity, hash });
    return false;
  }

  /** Undefined where this device does not hold what was granted. */
  #verify({ operation, sealing, sealingKey }: OpenGrant): boolean | undefined {
    const { primitives, keyring, logId } = this.#deps;
    const { epochId, identity, level } = operation;
    const held = keyring.findSecret(epochId);
    if (held === undefined || !reachesLevel(levelOf(held), level)) return undefined;
    if (sealing === undefined || sealingKey === undefined) return false;
    const secret = deriveLevel({ primitives }, { secret: held, level });
    try {
      return verifyGrant({ primitives }, { logId, secret, identity, sealingKey, sealing });
    } finally {
      secret.destroy();
    }
  }
}
