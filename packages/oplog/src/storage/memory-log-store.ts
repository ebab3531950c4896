/** A store in memory: for tests, and for devices that forget. */
import { type Ciphertext, equalBytes } from "@coterie/bytes";
import { PositionTakenError, StoreClosedError } from "../errors.ts";
import { oplogLimits } from "../limits.ts";
import { requireBlocks, requireChanges, requireDrop, requireKey, requireLimit, requirePosition } from "./checks.ts";
import type { LogStore, StateChanges } from "./log-store.ts";

/** A {@link LogStore} whose content outlives `close`, for tests of a restart. */
export interface MemoryLogStore extends LogStore {
  /** Another store over the same content; this one is closed. */
  readonly reopen: () => MemoryLogStore;
}

/** An empty store. */
export function createMemoryLogStore(): MemoryLogStore {
  return openContent({ first: 0, blocks: [], state: new Map() });
}

interface Content {
  first: number;
  /** That of position `first` comes first. */
  blocks: Ciphertext<"block">[];
  readonly state: Map<string, Ciphertext<"state">>;
}

function openContent(content: Content): MemoryLogStore {
  let isOpen = true;
  const bounds = { first: () => content.first, length: () => content.first + content.blocks.length };
  const requireOpen = (): void => {
    if (!isOpen) throw new StoreClosedError("the store is closed");
  };
  const close = async (): Promise<void> => {
    isOpen = false;
  };
  return {
    ...bounds,
    append: async (blocks) => {
      requireOpen();
      requireBlocks(blocks);
      const first = bounds.length();
      for (const block of blocks) content.blocks.push(copyOf(block));
      return first;
    },
    read: async (from, limit) => {
      requireOpen();
      requireLimit(limit);
      requirePosition(bounds, { position: from, end: "allowed" });
      return pageOf(content.blocks, { from: from - content.first, limit });
    },
    load: async (key) => {
      requireOpen();
      requireKey(key);
      const value = content.state.get(key);
      return value === undefined ? undefined : copyOf(value);
    },
    save: async (changes) => {
      requireOpen();
      requireChanges(changes, new Set(content.state.keys()));
      applyChanges(content.state, changes);
    },
    drop: async (before) => {
      requireOpen();
      requireDrop(bounds, before);
      if (before <= content.first) return;
      content.blocks = content.blocks.slice(before - content.first);
      content.first = before;
    },
    heal: async (position, block) => {
      requireOpen();
      requireBlocks([block]);
      requirePosition(bounds, { position, end: "refused" });
      const isSame = equalBytes(content.blocks[position - content.first] ?? new Uint8Array(), block);
      if (!isSame) throw new PositionTakenError("another block is stored there");
    },
    findDamage: async () => {
      requireOpen();
      return [];
    },
    close,
    reopen: () => {
      isOpen = false;
      return openContent(content);
    },
  };
}

function pageOf(
  blocks: readonly Ciphertext<"block">[],
  { from, limit }: { readonly from: number; readonly limit: number },
): Ciphertext<"block">[] {
  const page: Ciphertext<"block">[] = [];
  let lengthBytes = 0;
  for (let i = from; i < blocks.length && page.length < limit; i++) {
    const block = blocks[i];
    lengthBytes += block?.length ?? 0;
    if (block === undefined || (page.length > 0 && lengthBytes > oplogLimits.storePageBytes)) break;
    page.push(copyOf(block));
  }
  return page;
}

function applyChanges(state: Map<string, Ciphertext<"state">>, changes: StateChanges): void {
  for (const [key, value] of changes) {
    if (value === undefined) state.delete(key);
    else state.set(key, copyOf(value));
  }
}

function copyOf<Kind extends string>(bytes: Ciphertext<Kind>): Ciphertext<Kind> {
  // brand: a copy of what carries it
  return bytes.slice() as Ciphertext<Kind>;
}
