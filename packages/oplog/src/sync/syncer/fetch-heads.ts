/** Fetching the chains up to heads that a relay shows and that are not known here. */
import { equalBytes } from "@coterie/bytes";
import { hashKey } from "../../intake/hash-key.ts";
import { oplogLimits } from "../../limits.ts";
import type { WriterHead } from "../relay.ts";
import { tellForkWith } from "./deliver.ts";
import { unknownHeads } from "./exchange-heads.ts";
import { fetchByHash, fetchRange } from "./fetch-blocks.ts";
import { blame, type SyncScope } from "./sync-context.ts";

/** How it ended: there is `more` to fetch in the next step, or the relay shows heads that it gives no block for. */
export type HeadsOutcome = "fetched" | "more" | "unproven";

/** How far below a head is looked for the place where it leaves what is known. */
const branchWindow = 255;

/** Fewest blocks of one writer that are asked for at a time. */
const leastPage = 16;

/** Heads without blocks in one turn; then the relay has to wait. */
const liesPerTurn = 16;

/** Fetches up to `heads`. Those that are one block ahead are fetched by their hashes, all at once. */
export async function fetchHeads(scope: SyncScope, heads: readonly WriterHead[]): Promise<HeadsOutcome> {
  const { context, peer } = scope;
  const wanted = heads.filter(({ hash }) => !peer.unproven.has(hashKey(hash)));
  const far = wanted.filter((head) => context.delivered.seqOf(head.writer) !== head.seq - 1);
  if (!(await fetchChains(scope, far))) return "more";
  const outcome = await proveHeads(scope, await unknownHeads(context, wanted));
  return wanted.length < heads.length ? "unproven" : outcome;
}

/** How many questions and blocks that takes. */
export function costOf(
  { context }: Pick<SyncScope, "context">,
  heads: readonly WriterHead[],
): { readonly questions: number; readonly blocks: number } {
  const gaps = heads.map(({ writer, seq }) => Math.max(1, seq - context.delivered.seqOf(writer)));
  return {
    questions: gaps.filter((blocks) => blocks > 1).length,
    blocks: gaps.reduce((sum, blocks) => sum + blocks, 0),
  };
}

interface OpenChain {
  readonly head: WriterHead;
  readonly from: number;
}

/**
 * Fetches chains side by side, each in proportion to what is left of it: blocks of different writers build on one another, and what waits for
 * others takes memory. False where there is more to fetch in the next step.
 */
async function fetchChains(scope: SyncScope, heads: readonly WriterHead[]): Promise<boolean> {
  const { delivered, options } = scope.context;
  let open = heads.map((head): OpenChain => {
    const known = delivered.seqOf(head.writer);
    return { head, from: known < head.seq ? known + 1 : Math.max(0, head.seq - branchWindow) };
  });
  for (let rounds = 0; open.length > 0; rounds++) {
    if (rounds >= options.pagesPerStep) return false;
    const left = open.reduce((sum, { head, from }) => sum + head.seq - from + 1, 0);
    const next: OpenChain[] = [];
    for (const { head, from } of open) {
      const share = Math.ceil((options.pageBlocks * (head.seq - from + 1)) / left);
      const limit = Math.min(options.pageBlocks, Math.max(leastPage, share));
      const blocks = await fetchRange(scope, { writer: head.writer, from, limit });
      const last = blocks.at(-1)?.header.seq;
      const isThere = blocks.some(({ hash }) => equalBytes(hash, head.hash));
      if (last !== undefined && last < head.seq && !isThere) next.push({ head, from: last + 1 });
    }
    open = next;
  }
  return true;
}

/** Asks for the blocks of heads that did not come with their chains: the relay has them, or it lies. */
async function proveHeads(scope: SyncScope, heads: readonly WriterHead[]): Promise<HeadsOutcome> {
  const { unproven } = scope.peer;
  let lies = 0;
  for (let at = 0; at < heads.length && lies < liesPerTurn; ) {
    // A relay that lied is asked for few at a time.
    const most = unproven.size === 0 ? oplogLimits.hashesPerFind : liesPerTurn;
    const hashes = heads.slice(at, at + most).map(({ hash }) => hash);
    const blocks = await fetchByHash(scope, { hashes });
    for (const block of blocks) if (block !== undefined) await tellForkWith(scope, block);
    for (const hash of hashes.filter((_unused, i) => i < blocks.length && blocks[i] === undefined)) {
      blame(scope, "unproven-head");
      lies += 1;
      if (unproven.size < oplogLimits.headsPerLog) unproven.add(hashKey(hash));
    }
    at += blocks.length;
  }
  return lies > 0 ? "unproven" : "fetched";
}
