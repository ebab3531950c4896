/** Group commit: calls that come while others are being stored are stored together. */
import type { Ciphertext } from "@coterie/bytes";
import { oplogLimits } from "../limits.ts";

/** Stores blocks, all or none, and gives the position of the first. */
export type CommitBlocks = (blocks: readonly Ciphertext<"block">[]) => Promise<number>;

/** Calls that wait for the disk. */
export interface AppendQueue {
  /** Durable when it resolves; gives the position of the first block. */
  readonly add: CommitBlocks;
  /** Resolves when nothing waits. */
  readonly idle: () => Promise<void>;
}

interface WaitingCall {
  readonly blocks: readonly Ciphertext<"block">[];
  readonly resolve: (position: number) => void;
  readonly reject: (error: unknown) => void;
}

/** An empty queue in front of `commit`, which is called once at a time. */
export function createAppendQueue(commit: CommitBlocks): AppendQueue {
  const waiting: WaitingCall[] = [];
  let running: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    // Calls made in one go are all there after this.
    await Promise.resolve();
    while (waiting.length > 0) await commitGroup(commit, takeGroup(waiting));
    running = undefined;
  };
  return {
    add: async (blocks) =>
      await new Promise((resolve, reject) => {
        waiting.push({ blocks, resolve, reject });
        running ??= drain();
      }),
    idle: async () => await running,
  };
}

/** The oldest calls, as many as one write may have. */
function takeGroup(waiting: WaitingCall[]): WaitingCall[] {
  let [count, blocks, bytes] = [0, 0, 0];
  for (const call of waiting) {
    blocks += call.blocks.length;
    for (const { length } of call.blocks) bytes += length;
    if (count > 0 && (blocks > oplogLimits.appendBlocks || bytes > oplogLimits.appendBytes)) break;
    count++;
  }
  return waiting.splice(0, count);
}

async function commitGroup(commit: CommitBlocks, group: readonly WaitingCall[]): Promise<void> {
  try {
    let position = await commit(group.flatMap(({ blocks }) => blocks));
    for (const { blocks, resolve } of group) {
      resolve(position);
      position += blocks.length;
    }
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}
