/** The read rule (docs/protocol/rooms.md §7): what makes a block void by itself, whoever wrote it and whenever it arrives. */
import type { Bytes } from "@coterie/bytes";
import type { ControlSet } from "../membership/control-sets.ts";
import type { KeyIndex } from "../membership/key-index.ts";
import type { RotateOperation } from "../membership/operation.ts";
import type { EpochFacts, MemberNumber } from "./epoch-facts.ts";
import type { EpochLevel } from "./level-secret.ts";
import type { EpochMembership, SafeEpochs } from "./safe-epochs.ts";

/** What of a block the rule judges. */
export interface JudgedBlock {
  /** 16 bytes. */
  readonly epochId: Bytes;
  /** Whose writer it is by M(past); undefined where it is nobody's. */
  readonly author: MemberNumber | undefined;
  /** The control blocks in its past. */
  readonly past: ControlSet;
  /** M(past). */
  readonly membership: EpochMembership;
  /** Its rotate, where it begins its epoch. */
  readonly rotate: RotateOperation | undefined;
  /** Whom the block itself adds, with the right to. */
  readonly adds: readonly MemberNumber[];
}

/** Why a block is void by itself. Each is an alarm: no honest program writes such a block. */
export type VoidReason = "not-a-writer" | "unsafe-epoch" | "epoch-begun-twice" | "wraps-unknown" | "rotates-to-others";

/** What judging needs. */
export interface ReadRuleDeps {
  readonly facts: EpochFacts;
  readonly safe: SafeEpochs;
  readonly identities: Pick<KeyIndex, "add">;
}

/** Undefined where a block may stand. A rotate is judged before it is added to the facts. */
export function findVoidReason(deps: ReadRuleDeps, block: JudgedBlock): VoidReason | undefined {
  const { author, rotate, past, membership } = block;
  if (author === undefined) return "not-a-writer";
  if (rotate === undefined) {
    const epoch = deps.facts.find(block.epochId);
    const isSafe = epoch !== undefined && deps.safe.isSafe(epoch, { past, membership, author });
    return isSafe ? undefined : "unsafe-epoch";
  }
  if (isBegunIn(deps.facts, { epochId: block.epochId, past })) return "epoch-begun-twice";
  // What is over an epoch is known where the epoch is judged only if it came later.
  if (!rotate.wraps.every(({ epochId }) => isBegunIn(deps.facts, { epochId, past }))) return "wraps-unknown";
  const mayKnow = (member: MemberNumber, level: EpochLevel): boolean =>
    member === author ||
    membership.isSureAt(member) ||
    (level === "control" && membership.isMemberAt(member)) ||
    block.adds.includes(member);
  return rotate.recipients.every(({ identity, level }) => mayKnow(deps.identities.add(identity), level))
    ? undefined
    : "rotates-to-others";
}

/** Whether a rotate of an epoch is in a set of control blocks. */
export function isBegunIn(
  facts: EpochFacts,
  { epochId, past }: { readonly epochId: Bytes; readonly past: ControlSet },
): boolean {
  const epoch = facts.find(epochId);
  return epoch !== undefined && facts.get(epoch).rotates.some(({ control }) => facts.sets.has(past, control));
}
