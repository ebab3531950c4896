/** Why a block that is no control block is void: rule 3 of docs/protocol/rooms.md §5.2, for hosts that show it or raise an alarm. */
import { type Bytes, equalBytes } from "@coterie/bytes";
import type { ControlFacts } from "./control-facts.ts";
import { genesisId, genesisPlace, type Restriction } from "./control-record.ts";
import type { ControlSet } from "./control-sets.ts";
import type { Judgement } from "./judgement.ts";

/** Where a block stands. */
export interface PlacedBlock {
  readonly writer: Bytes;
  readonly seq: number;
  readonly hash: Bytes;
  /** Whether the block is in the past of a control block, which then cannot cut it off. Asked only where a cap names less. */
  readonly isInPastOf: (control: number) => boolean;
}

/** Why a block is void, and the control block (its number) that made it so. */
export type CutReason =
  | { readonly kind: "unknown-writer" }
  | { readonly kind: "void-writer"; readonly control: number }
  | { readonly kind: "frozen"; readonly control: number }
  | { readonly kind: "revoked"; readonly control: number }
  | { readonly kind: "removed"; readonly control: number }
  | { readonly kind: "never-admitted"; readonly control: number };

/** What is asked: a block, by the control blocks of `set`. */
export interface CutQuestion {
  readonly judgement: Judgement;
  readonly set: ControlSet;
  readonly block: PlacedBlock;
}

/** The reason, or undefined where the block is not void. */
export function findCutReason(facts: ControlFacts, question: CutQuestion): CutReason | undefined {
  const { judgement, set, block } = question;
  const writer = facts.writerKeys.find(block.writer);
  const claim = writer === undefined ? undefined : facts.claimIn(set, writer);
  if (writer === undefined || claim === undefined) return { kind: "unknown-writer" };
  const { certificate, member } = claim;
  if (certificate !== genesisId && judgement.standingOf(certificate) === "void")
    return { kind: "void-writer", control: certificate };
  const fork = judgement.forksOf(writer).find(({ seq }) => block.seq >= seq);
  if (fork !== undefined) return { kind: "frozen", control: fork.control };
  const isCut = (restriction: Restriction): boolean => !acceptsBlock(restriction, { writer, block });
  const revocation = judgement.revocationsOf(writer).find(isCut);
  if (revocation !== undefined) return { kind: "revoked", control: revocation.control };
  const removals = judgement.removalsOf(member).filter(isCut);
  const admitters = certificate === genesisId ? [genesisPlace] : facts.record(certificate).admitters;
  const valid = admitters.filter((add) => judgement.isGood(add));
  const isAdmitted = valid.some(({ control }) => removals.every((removal) => facts.isBefore(removal.control, control)));
  if (isAdmitted) return undefined;
  const removal = removals[0];
  return removal === undefined || valid.length === 0
    ? { kind: "never-admitted", control: certificate }
    : { kind: "removed", control: removal.control };
}

/** A cap accepts what is below its seq, its own block and no other at that seq, and what its author had seen. */
function acceptsBlock(
  { caps, control }: Restriction,
  { writer, block }: { readonly writer: number; readonly block: PlacedBlock },
): boolean {
  const cap = caps.get(writer);
  const isBelow = cap !== undefined && block.seq < cap.next;
  const isOther = cap !== undefined && block.seq === cap.next - 1 && !equalBytes(block.hash, cap.hash);
  return (isBelow && !isOther) || block.isInPastOf(control);
}
