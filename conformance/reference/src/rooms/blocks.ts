/** Blocks and what they hold (docs/protocol/rooms.md §2 to §5.1), without bytes: hashes are names, keys are sets. */

export type Role = "member" | "admin";
export type History = "all" | "since join" | "snapshot";

/** Each level gives those below it: full, snapshot, read, control, nothing. */
export type Level = 4 | 3 | 2 | 1 | 0;
export const full = 4;
export const snapshot = 3;
export const read = 2;
export const control = 1;
export const nothing = 0;

/** Last accepted block per writer; a writer that is missing has none. */
export type Caps = ReadonlyMap<string, Block | undefined>;

/** One entry of a rotation: sealed to one version of a member's sealing key. */
export interface Recipient {
  readonly level: Level;
  readonly keyVersion: number;
}

export interface Rotate {
  readonly kind: "rotate";
  readonly epoch: string;
  readonly recipients: ReadonlyMap<string, Recipient>;
  /** Older epochs under the new one: in full, or their control alone. */
  readonly wraps: ReadonlyMap<string, "full" | "control">;
}

export interface Grant extends Recipient {
  readonly kind: "grant";
  readonly epoch: string;
  readonly identity: string;
}

export interface Add {
  readonly kind: "add";
  readonly identity: string;
  readonly role: Role;
  readonly history: History;
  /** The version of the sealing key that it names. */
  readonly keyVersion: number;
}

export type Operation =
  | Add
  | { readonly kind: "remove"; readonly identity: string; readonly caps: Caps }
  | { readonly kind: "role"; readonly identity: string; readonly role: Role; readonly caps: Caps }
  | { readonly kind: "add writer"; readonly identity: string }
  | { readonly kind: "revoke writer"; readonly writer: string; readonly cap: Block | undefined }
  | { readonly kind: "update key"; readonly identity: string; readonly version: number }
  | { readonly kind: "set indexers"; readonly writers: readonly string[] }
  | { readonly kind: "fork"; readonly writer: string; readonly seq: number }
  | { readonly kind: "vote" }
  | Rotate
  | Grant;

export interface Block {
  /** Stands for the hash: distinct, and without meaning. */
  readonly name: string;
  readonly writer: string;
  readonly seq: number;
  readonly previous: Block | undefined;
  readonly lamport: number;
  /** How many commits its author says to know. */
  readonly commits: number;
  readonly epoch: string;
  readonly operations: readonly Operation[];
  readonly hasContent: boolean;
  /** Everything reachable through previous and links, without the block. */
  readonly past: ReadonlySet<Block>;
}

/** What is chosen for a block; the rest follows. */
export interface BlockChoice {
  readonly name: string;
  readonly writer: string;
  readonly previous: Block | undefined;
  readonly links: Iterable<Block>;
  readonly commits?: number;
  readonly epoch?: string;
  readonly operations?: readonly Operation[];
  readonly hasContent?: boolean;
}

export function makeBlock(choice: BlockChoice): Block {
  const parents = new Set(choice.links);
  if (choice.previous !== undefined) parents.add(choice.previous);
  const past = new Set<Block>(parents);
  for (const parent of parents) for (const block of parent.past) past.add(block);
  return {
    name: choice.name,
    writer: choice.writer,
    seq: choice.previous === undefined ? 0 : choice.previous.seq + 1,
    previous: choice.previous,
    lamport: 1 + Math.max(-1, ...[...parents].map(({ lamport }) => lamport)),
    commits: choice.commits ?? 0,
    epoch: choice.epoch ?? "",
    operations: choice.operations ?? [],
    hasContent: choice.hasContent ?? false,
    past,
  };
}

/** Ascending (lamport, hash): §4.1. */
export function compareBlocks(a: Block, b: Block): number {
  return a.lamport - b.lamport || compareNames(a.name, b.name);
}

export function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Whether a block is the other one or in its past. */
export function isIn(block: Block, later: Block): boolean {
  return block === later || later.past.has(block);
}

/** The chain of a writer back from a block, which comes first. */
export function* chainOf(block: Block | undefined): Generator<Block> {
  for (let at = block; at !== undefined; at = at.previous) yield at;
}

/** Who holds the key of a writer: `alice.0` is alice's. Rules do not look at it; they ask for claims. */
export function holderOf(writer: string): string {
  return writer.split(".")[0] ?? writer;
}

/** Whether a cap names a block of its writer, or one with a greater seq; of a fork it tells the branches apart at its own seq alone. */
export function isWithin(block: Block, cap: Block | undefined): boolean {
  return cap !== undefined && (block === cap || block.seq < cap.seq);
}

/** The blocks of a set that no other one of it has in its past. */
export function headsOf(blocks: ReadonlySet<Block>): Block[] {
  const covered = new Set<Block>();
  for (const block of blocks) for (const earlier of block.past) covered.add(earlier);
  return [...blocks].filter((block) => !covered.has(block));
}

/** Blocks with everything in their pasts. */
export function closureOf(blocks: Iterable<Block>): Set<Block> {
  const closed = new Set<Block>();
  for (const block of blocks) {
    closed.add(block);
    for (const earlier of block.past) closed.add(earlier);
  }
  return closed;
}

/** The last blocks of each writer of somebody in a set: what a removal names. */
export function capsIn(blocks: Iterable<Block>, identity: string): Map<string, Block> {
  const caps = new Map<string, Block>();
  for (const block of blocks) {
    if (holderOf(block.writer) !== identity) continue;
    const known = caps.get(block.writer);
    if (known === undefined || block.seq > known.seq) caps.set(block.writer, block);
  }
  return caps;
}

/** Writers with two blocks of one seq, and the first such seq. */
export function forksIn(blocks: Iterable<Block>): Map<string, number> {
  const seen = new Map<string, Block>();
  const forks = new Map<string, number>();
  for (const block of blocks) {
    const key = `${block.writer} ${block.seq}`;
    const other = seen.get(key);
    seen.set(key, block);
    if (other !== undefined) forks.set(block.writer, Math.min(block.seq, forks.get(block.writer) ?? block.seq));
  }
  return forks;
}
