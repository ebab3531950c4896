/** The last blocks of writers that somebody has: since chains have no gaps, they sum up everything. */
import { equalBytes } from "@coterie/bytes";
import type { Envelope } from "../../format/envelope.ts";
import { oplogLimits } from "../../limits.ts";
import { hashKey } from "../../intake/hash-key.ts";
import type { WriterHead } from "../relay.ts";

/** Tips of one writer that are kept: the chain and its branches, with room for what arrives out of order. */
const tipsPerWriter = 2 * oplogLimits.branchesPerWriter;

/** Tips by writer: one, unless the writer signed two blocks with one seq. */
export class TipTable {
  readonly #tipsByWriter = new Map<string, readonly WriterHead[]>();

  /** All tips. */
  all(): readonly WriterHead[] {
    return [...this.#tipsByWriter.values()].flat();
  }

  /** The tips of a writer. */
  of(writer: Uint8Array): readonly WriterHead[] {
    return this.#tipsByWriter.get(hashKey(writer)) ?? [];
  }

  /** The greatest seq of a writer, or -1. */
  seqOf(writer: Uint8Array): number {
    return this.of(writer).reduce((most, { seq }) => Math.max(most, seq), -1);
  }

  /** Whether this very block is a tip. */
  has({ writer, hash }: Pick<WriterHead, "writer" | "hash">): boolean {
    return this.of(writer).some((tip) => equalBytes(tip.hash, hash));
  }

  /** Puts `tips` in the place of those of a writer. */
  set(writer: Uint8Array, tips: readonly WriterHead[]): void {
    if (tips.length === 0) this.#tipsByWriter.delete(hashKey(writer));
    else this.#tipsByWriter.set(hashKey(writer), tips.slice(-tipsPerWriter).map(copyOf));
  }

  /** Forgets everything, and begins with `heads`. */
  reset(heads: readonly WriterHead[]): void {
    this.#tipsByWriter.clear();
    for (const head of heads) this.set(head.writer, [...this.of(head.writer), head]);
  }

  /** Notes blocks that are there as well; those of one writer are best in the order of their seq. */
  advance({ header: { writer, seq, previous }, hash }: Pick<Envelope, "header" | "hash">): void {
    const key = hashKey(writer);
    const tips = this.#tipsByWriter.get(key) ?? [];
    const before = tips.findIndex((tip) => tip.seq === seq - 1 && equalBytes(tip.hash, previous));
    const followed = tips[before];
    // Most blocks do: the writer is copied already.
    if (followed !== undefined)
      this.#tipsByWriter.set(key, tips.with(before, { writer: followed.writer, seq, hash: hash.slice() }));
    else if (tips.every((tip) => tip.seq < seq)) this.set(writer, [...tips, { writer, seq, hash }]);
  }
}

/** Heads outlive the messages that they are views on. */
function copyOf({ writer, seq, hash }: WriterHead): WriterHead {
  return { writer: writer.slice(), seq, hash: hash.slice() };
}
