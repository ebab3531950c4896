/**
 * The judgement of a block by its own past (docs/protocol/rooms.md §5.2, §7): who wrote it, and whether it may stand. It depends on nothing
 * that came later, so that everybody judges alike.
 */
import { type Bytes, equalBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import type { EpochFacts, MemberNumber } from "../epochs/epoch-facts.ts";
import { findVoidReason, type VoidReason } from "../epochs/read-rule.ts";
import type { SafeEpochs } from "../epochs/safe-epochs.ts";
import { writerMessage } from "../membership/authorise.ts";
import type { ControlSet } from "../membership/control-sets.ts";
import type { KeyIndex } from "../membership/key-index.ts";
import type { Member, Membership } from "../membership/membership.ts";
import type { Operation } from "../membership/operation.ts";

/** What judging works with. */
export interface BlockJudgeDeps {
  readonly primitives: Pick<Primitives, "verify">;
  readonly logId: Bytes;
  readonly facts: EpochFacts;
  readonly safe: SafeEpochs;
  readonly identities: Pick<KeyIndex, "add">;
}

/** A block, as far as it is judged. */
export interface JudgedRoomBlock {
  readonly writer: Bytes;
  readonly seq: number;
  readonly epochId: Bytes;
  readonly past: ControlSet;
  /** M of the block. */
  readonly membership: Membership;
  readonly operations: readonly Operation[];
}

/** Who wrote it, and what is against it. */
export interface BlockVerdict {
  readonly author: Member | undefined;
  readonly reason: VoidReason | undefined;
}

/** Judges blocks, and remembers the last verdict of each writer: blocks come in runs. */
export class BlockJudge {
  readonly #deps: BlockJudgeDeps;
  readonly #lastByWriter = new Map<number, { readonly block: JudgedRoomBlock; readonly verdict: BlockVerdict }>();

  constructor(deps: BlockJudgeDeps) {
    this.#deps = deps;
  }

  /** `writerNumber`: any number that stands for the writer alone. */
  judge(block: JudgedRoomBlock, writerNumber: number): BlockVerdict {
    const last = this.#lastByWriter.get(writerNumber);
    const isLike =
      last !== undefined &&
      block.operations.length === 0 &&
      last.block.operations.length === 0 &&
      last.block.membership === block.membership &&
      last.block.past === block.past &&
      equalBytes(last.block.epochId, block.epochId);
    if (isLike) return last.verdict;
    const verdict = this.#judge(block);
    this.#lastByWriter.set(writerNumber, { block, verdict });
    return verdict;
  }

  #judge(block: JudgedRoomBlock): BlockVerdict {
    const { membership, operations, epochId, past } = block;
    const author = this.#findAuthor(block);
    const rotate = operations.find((operation) => operation.kind === "rotate");
    const reason = findVoidReason(this.#deps, {
      epochId,
      author: author?.index,
      past,
      membership,
      rotate,
      adds: author === undefined ? [] : this.#addsBy(author, block),
    });
    return { author, reason };
  }

  #addsBy({ index }: Member, { membership, writer, operations }: JudgedRoomBlock): readonly MemberNumber[] {
    // Whom somebody in doubt adds gets keys when the doubt is over.
    if (!membership.mayGiveKeys({ index, writer })) return [];
    return operations.flatMap((operation) =>
      operation.kind === "add" && !membership.isSure(operation.identity)
        ? [this.#deps.identities.add(operation.identity)]
        : [],
    );
  }

  #findAuthor({ membership, writer, seq, operations }: JudgedRoomBlock): Member | undefined {
    const known = membership.findAuthor(writer, seq);
    if (known !== undefined) return known;
    const [first] = operations;
    if (seq !== 0 || first?.kind !== "add-writer" || !equalBytes(first.writer, writer)) return undefined;
    const isKnown = membership.writersOf(first.identity).some((other) => equalBytes(other, writer));
    const { primitives, logId } = this.#deps;
    if (isKnown || !primitives.verify(first.identity, writerMessage(logId, writer), first.signature)) return undefined;
    return membership.find(first.identity);
  }
}
